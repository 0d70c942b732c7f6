package httptransport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/eventbus"
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

// blocked opens a stream of the account whose first emit does not return, and returns what posts to it.
func (p *place) blocked(account string) (post func(body string) int) {
	p.t.Helper()
	pg := p.stream(`{"listen":{}}`, "Account", account)
	post = func(body string) int {
		status, _, _ := p.do(http.MethodPost, body, "Eventgen-Peer", pg.welcome["peer"].(string))
		return status
	}
	if status := post(`{"emit":"message","id":1,"payload":"block"}`); status != http.StatusAccepted {
		p.t.Fatalf("status %d", status)
	}
	return post
}

func (p *place) block() {
	done := make(chan struct{})
	p.t.Cleanup(func() { close(done) })
	message.Listen(p.bus, func(context.Context, string) error { <-done; return nil })
}

// fill posts until that is refused, and returns how many bytes were accepted.
func fill(post func(string) int, body string) (n int) {
	for n < 10<<20 && post(body) == http.StatusAccepted {
		n += len(body)
	}
	return n
}

var longListen = fmt.Sprintf(`{"listen":{%q:{}},"id":2}`, strings.Repeat("x", 60_000))

func TestGuarantee17InboxCountsWholeMessages(t *testing.T) {
	p := newPlace(t, Rate(1e6, 1e6), WithAccount(byHeader))
	p.block()
	for _, body := range []string{
		longListen,
		`{"auth":"` + strings.Repeat("x", 60_000) + `"}`,
		`[{"unlisten":[` + strings.Repeat(`"",`, 20_000) + `""],"id":2}]`,
	} {
		before := heap()
		if n := fill(p.blocked("ann"), body); n > maxInbox {
			t.Errorf("%d bytes wait of %.30s…", n, body)
		}
		if used := heap() - before; used > 3*maxInbox {
			t.Errorf("%d bytes are in use for %.30s…", used, body)
		}
	}
}

func TestGuarantee22WaitingMessages(t *testing.T) {
	p := newPlace(t, Rate(1e6, 1e6), WithAccount(byHeader), WithMaxMemory(8<<20)) // 512 KiB each
	p.block()
	total := 0
	for range 4 {
		total += fill(p.blocked("ann"), longListen)
	}
	if total > 600<<10 {
		t.Errorf("%d bytes of one account wait", total)
	}
	if n := fill(p.blocked("bob"), longListen); n < 300<<10 {
		t.Errorf("%d bytes of another account wait", n)
	}
}

func TestGuarantee22UnfinishedMessages(t *testing.T) {
	p := newPlace(t, WithAccount(byHeader), WithMaxMemory(4<<20)) // 256 KiB each
	open := func(account string) bool {
		pg := p.open(`{"listen":{}}`, accountOption(account))
		noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte(strings.Repeat(" ", 50_000))))))
		noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewPingFrame(nil)))) // answered when that has been read
		f := readFrame(t, pg.conn)
		if f.Header.OpCode == ws.OpClose {
			if code, reason := ws.ParseCloseFrameData(f.Payload); code != closeRateLimited {
				t.Errorf("closed with %d %s", code, reason)
			}
		}
		return f.Header.OpCode == ws.OpPong
	}
	n := 0
	for n < 20 && open("ann") {
		n++
	}
	if n < 3 || n > 6 {
		t.Errorf("%d messages of 50 KB are held for one account", n)
	}
	if !open("bob") {
		t.Error("none for another")
	}
}

// A page that reads nothing holds one write, and those of one account as much as it may hold. Another account's do not
// lose by it.
func TestGuarantee22PagesThatReadNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	p := newPlaceOn(t, narrow{l}, nil, WithAccount(byHeader), WithMaxMemory(8<<20)) // 512 KiB each
	bob := p.open(`{"listen":{"other":{}}}`, accountOption("bob"))
	before := heap()
	const pages = 60
	for n := range pages {
		p.open(fmt.Sprintf(`{"listen":{"other":{},"latest":{"keys":[%d]}}}`, n), accountOption("ann"))
	}
	text := strings.Repeat("x", 50_000)
	for range 200 {
		emit(t, p.bus, other, text)
		if f := bob.next(); f["payload"] != text {
			t.Fatal("another page got something else")
		}
	}
	if used := heap() - before; used > 16<<20+pages*connectionCost+1<<20 {
		t.Errorf("%d bytes are in use", used)
	}
	for _, c := range p.h.all(nil) {
		c.mu.Lock()
		if waits := len(c.rest) + len(c.out); c.tab.used < waits {
			t.Errorf("%d bytes wait, and %d are on the tab", waits, c.tab.used)
		}
		c.mu.Unlock()
	}
	p.h.memory.mu.Lock()
	defer p.h.memory.mu.Unlock()
	if held := p.h.memory.ledger.Of("ann"); held > 512<<10 {
		t.Errorf("the account holds %d bytes", held)
	}
}

// What is written together is one write, or one entry.
func TestFitting(t *testing.T) {
	of := func(sizes ...int) (entries []*eventbus.Entry) {
		for _, n := range sizes {
			entries = append(entries, &eventbus.Entry{Frame: make([]byte, n)})
		}
		return entries
	}
	for _, c := range []struct {
		entries []*eventbus.Entry
		want    int
	}{
		{of(), 0}, {of(1, 1), 2}, {of(mostWrite), 1}, {of(mostWrite, 1), 1}, {of(mostWrite-1, 1), 2}, {of(2*mostWrite, 1), 1},
	} {
		if got := fitting(c.entries); got != c.want {
			t.Errorf("%d of %d", got, len(c.entries))
		}
	}
}

func TestGuarantee22Subscriptions(t *testing.T) {
	p := newPlace(t, WithAccount(byHeader), WithMaxMemory(4<<20))
	interest := interestInKeys(400, 100)
	open := func(account string) bool {
		pg := p.socket(accountOption(account))
		pg.send(`{"hello":{"listen":{"sticky":` + interest + `}}}`)
		f, err := pg.tryNext()
		welcome, _ := f["welcome"].(object)
		return err == nil && welcome["refused"] == nil
	}
	n := 0
	for range 10 {
		if open("ann") {
			n++
		}
	}
	if n == 0 || n > 6 {
		t.Errorf("one account listens %d times to 400 keys", n)
	}
	if !open("bob") {
		t.Error("another account does not")
	}
}

// What emits came to is kept in little, whatever the application says.
func TestOutcomesTakeLittle(t *testing.T) {
	p := newPlace(t, Rate(1e6, 1e6))
	ask.Listen(p.bus, func(_ context.Context, a progress) error {
		if a.N%2 == 1 {
			return eventbus.Reject("odd", strings.Repeat("x", 100_000))
		}
		return nil
	})
	pg := p.open(`{"listen":{}}`)
	before := heap()
	var last object
	for id := range 2 * keptEmits {
		pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, id, id))
		last = pg.next()
	}
	if e, _ := last["error"].(object); len(show(e["message"])) != maxText+2 {
		t.Errorf("the answer is %.100s", show(last))
	}
	if used := heap() - before; used > keptEmits/2*(maxText+300)+64<<10 {
		t.Errorf("%d bytes are in use for %d outcomes", used, keptEmits)
	}
	for id := range 2 * keptEmits {
		pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, id, id))
		e, _ := pg.next()["error"].(object)
		code, _ := e["code"].(string)
		if want := []string{"", "odd"}[id%2]; id < keptEmits && code != "outcome_unknown" || id >= keptEmits && code != want {
			t.Fatalf("emit %d, again, came to %q", id, code)
		}
	}
}

// The table of docs/security.md is that of the defaults.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	noError(t, err)
	for line := range strings.Lines(newPlace(t).h.Limits().String()) {
		if name, size := strings.TrimSpace(line[:14]), strings.TrimSpace(line[14:]); !strings.Contains(string(text), "| "+name+" | "+size+" |") {
			t.Errorf("docs/security.md does not have | %s | %s |", name, size)
		}
	}
}
