package session

import (
	"testing"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestTab(t *testing.T) {
	var m memory
	m.init(1 << 20) // 64 KiB each
	a, b := tab{memory: &m, account: "ann"}, tab{memory: &m, account: "ann"}
	if !a.change(freeMemory) || m.ledger.Held() != 0 {
		t.Errorf("%d bytes are charged of what is free", m.ledger.Held())
	}
	if !a.change(1) || m.ledger.Held() != chargeStep {
		t.Errorf("%d bytes are charged", m.ledger.Held())
	}
	if !a.change(32<<10) || !b.change(32<<10) || b.change(32<<10) {
		t.Error("an account may hold its share, and no more")
	}
	b.owe(32 << 10)
	if held := m.ledger.Of("ann"); held < 64<<10 {
		t.Errorf("%d bytes are charged of what could not be refused", held)
	}
	b.move("bob")
	if m.ledger.Of("bob") != 56<<10 || !a.change(20<<10) {
		t.Errorf("%d bytes have been moved", m.ledger.Of("bob"))
	}
	a.change(-60 << 10)
	b.close()
	b.change(-5)
	if b.change(5) || m.ledger.Held() != 0 {
		t.Errorf("%d bytes are charged at the end", m.ledger.Held())
	}
}

// What is written together is one write, or one entry.
func TestFitting(t *testing.T) {
	of := func(sizes ...int) (entries []*port.Entry) {
		for _, n := range sizes {
			entries = append(entries, &port.Entry{Frame: make([]byte, n)})
		}
		return entries
	}
	for _, c := range []struct {
		entries []*port.Entry
		want    int
	}{
		{of(), 0}, {of(1, 1), 2}, {of(mostWrite), 1}, {of(mostWrite, 1), 1}, {of(mostWrite-1, 1), 2}, {of(2*mostWrite, 1), 1},
	} {
		if got := fitting(c.entries); got != c.want {
			t.Errorf("%d of %d", got, len(c.entries))
		}
	}
}
