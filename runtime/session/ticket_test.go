package session

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

var keyA, keyB = bytes.Repeat([]byte("a"), 32), bytes.Repeat([]byte("b"), 32)

func ring(keys ...[]byte) *keyring {
	return newKeyring(func(string) [][]byte { return keys })
}

func TestGuarantee14Tickets(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	made := ticket{session: "s", node: "n", epoch: "e", start: 7, generation: 3, expires: now.Add(ticketLife)}
	text := ring(keyA).seal(&made, "ann")
	for name, c := range map[string]struct {
		keys     [][]byte
		identity string
		after    time.Duration
		holds    bool
	}{
		"now":                    {[][]byte{keyA}, "ann", 0, true},
		"an older key":           {[][]byte{keyB, keyA}, "ann", 0, true},
		"another key":            {[][]byte{keyB}, "ann", 0, false},
		"another identity":       {[][]byte{keyA}, "bob", 0, false},
		"a clock that is behind": {[][]byte{keyA}, "ann", -time.Minute, true},
		"a clock far behind":     {[][]byte{keyA}, "ann", -2 * time.Minute, false},
		"at the end":             {[][]byte{keyA}, "ann", ticketLife + time.Minute, true},
		"after the end":          {[][]byte{keyA}, "ann", ticketLife + 2*time.Minute, false},
	} {
		got, ok := ring(c.keys...).open(text, c.identity, now.Add(c.after))
		if ok != c.holds || ok && *got != made {
			t.Errorf("%s: %v, %+v", name, ok, got)
		}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	noError(t, err)
	for i := range sealed {
		other := slices.Clone(sealed)
		other[i] ^= 1
		for _, text := range []string{base64.RawURLEncoding.EncodeToString(other), base64.RawURLEncoding.EncodeToString(sealed[:i])} {
			if _, ok := ring(keyA).open(text, "ann", now); ok {
				t.Fatalf("byte %d may be another", i)
			}
		}
	}
}

// What does not stand for all sessions that were ever revoked stands for more.
func TestGuarantee12RevokedTickets(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	r := newRevoked(2)
	has := func(session string, made time.Time) bool {
		return r.has(&ticket{session: session, expires: made.Add(ticketLife)})
	}
	for i := range 2 {
		r.add(fmt.Sprint(i), now.Add(time.Duration(i)*time.Hour))
	}
	if !has("0", now) || !has("1", now) || has("2", now) {
		t.Error("two are revoked, and no others")
	}
	r.add("2", now.Add(2*time.Hour)) // one too many
	if !has("0", now) || !has("1", now) || !has("2", now) || !has("3", now.Add(-time.Second)) || has("3", now.Add(time.Hour)) {
		t.Error("three are revoked, and what is as old as the first")
	}
	r.add("3", now.Add(ticketLife+3*time.Hour)) // all others have ended
	if has("2", now.Add(2*time.Hour)) || len(r.ids) != 1 || r.order.Len() != 1 {
		t.Errorf("%d are remembered", len(r.ids))
	}
}

// beside returns another engine on the same bus, which has the key of that.
func (p *place) beside(opts ...Option) *place {
	p.t.Helper()
	other := &place{t: p.t, bus: p.bus}
	var err error
	other.e, err = New(p.bus, opts...)
	noError(p.t, err)
	p.t.Cleanup(func() {
		noError(p.t, other.e.Close(background))
		other.all.Wait()
	})
	return other
}

// An engine that knows nothing of a page but its ticket goes on with the session: what it gets is what it would have got.
func TestGuarantee23SessionsGoOnByTicket(t *testing.T) {
	one := newPlace(t, nil)
	two := one.beside()
	pg := one.open(`{"listen":{"tick":{},"sticky":{}}}`)
	emit(t, one.bus, tick, 1)
	seq := pg.next()["seq"].(float64)
	witness := one.open(`{"listen":{"tick":{},"sticky":{},"other":{}}}`)
	pg.cut()
	one.wantPeers(1)
	emit(t, one.bus, tick, 2)
	emit(t, one.bus, sticky, progress{"a", 1})
	back := two.open(pg.resume(`{"tick":{"since":0},"sticky":{"since":0},"other":{}}`, seq))
	if back.welcome["session"] != pg.welcome["session"] || back.welcome["resumed"] != true {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"gap":{"events":{"other":null}}}`) // it does not say since when
	for range 2 {
		if got, want := show(back.next()), show(witness.next()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	emit(t, one.bus, other, "text")
	back.want(`{"event":"other","payload":"text"}`)
	// And by the ticket that was made here.
	back.cut()
	one.wantPeers(1)
	again := two.open(back.resume(`{"tick":{"since":0}}`, back.at()))
	if again.welcome["session"] != pg.welcome["session"] || again.welcome["resumed"] != true {
		t.Errorf("welcome is %v", again.welcome)
	}
}

// A ticket brings nothing from before the session, nor of what its page does not know to have listened to.
func TestGuarantee23TicketsBringNoHistory(t *testing.T) {
	one := newPlace(t, nil)
	two := one.beside()
	one.open(`{"listen":{"tick":{}}}`) // so that it is logged
	emit(t, one.bus, tick, 1, 2)
	for _, c := range []struct {
		listen string
		seq    float64
	}{
		{`{"tick":{"since":0}}`, 0}, // from before the session
		{`{"tick":{}}`, 2},          // never listened to
		{`{"tick":{"since":9}}`, 2}, // from what is not there
	} {
		pg := one.open(`{"listen":{}}`)
		pg.cut()
		one.wantPeers(1)
		back := two.open(pg.resume(c.listen, c.seq))
		back.want(`{"gap":{"events":{"tick":null}}}`)
		back.cut()
		one.wantPeers(1)
	}
	// Where the position is from before the session, all that a page says of it is so.
	pg := one.open(`{"listen":{"tick":{}}}`)
	emit(t, one.bus, tick, 3)
	pg.cut()
	one.wantPeers(1)
	back := two.open(pg.resume(`{"tick":{"since":1}}`, 2))
	back.want(`{"event":"tick","payload":3}`)
}

// Whoever takes a page over and cannot learn what became of its emits does not run them.
func TestGuarantee24EmitsThatWereSentAreNotRunAgain(t *testing.T) {
	one := newPlace(t, nil)
	two := one.beside()
	ran := make(chan int, 10)
	ask.Listen(one.bus, func(_ context.Context, p progress) error { ran <- p.N; return nil })
	pg := one.open(`{"listen":{}}`)
	pg.send(`{"emit":"ask","id":4,"payload":{"id":"a","n":4}}`)
	pg.want(`{"ack":4}`)
	pg.cut()
	one.wantPeers(0)
	// Its answer and all of the fifth are lost on the way; the sixth has not left yet.
	back := two.open(fmt.Sprintf(`{"listen":{},"resume":{"ticket":%q,"epoch":%q,"seq":0,"sent":5}}`, pg.welcome["ticket"], pg.welcome["epoch"]))
	for id := range 3 {
		back.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, id+4, id+4))
	}
	for id := range 3 {
		f := back.next()
		code := ""
		if e, ok := f["error"].(object); ok {
			code, _ = e["code"].(string)
		}
		if want := map[bool]string{true: string(codeOutcomeUnknown)}[id < 2]; f["ack"] != float64(id+4) || code != want {
			t.Errorf("got %v, want %q for %d", f, want, id+4)
		}
	}
	if len(ran) != 2 || <-ran != 4 || <-ran != 6 {
		t.Error("the fourth and the sixth run, each once")
	}
}

// A page that stays gets another ticket before the last one ends.
func TestGuarantee23TicketsAreRenewed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newPlace(t, nil)
		pg := p.open(`{"listen":{}}`)
		tickets := []any{pg.welcome["ticket"]}
		for len(tickets) < 4 {
			if f := pg.next(); f["ticket"] != nil {
				tickets = append(tickets, f["ticket"])
			}
		}
		pg.cut()
		p.wantPeers(0)
		for i, text := range tickets {
			pg.welcome["ticket"] = text
			back := p.open(pg.resume(`{}`, 0))
			if same, holds := back.welcome["session"] == pg.welcome["session"], i >= 1; same != holds {
				t.Errorf("ticket %d: the same session %v", i, same)
			}
			back.cut()
		}
	})
}

// A session that an operator has ended stays ended wherever its ticket is shown.
func TestGuarantee12TicketsOfTheDisconnected(t *testing.T) {
	p := newPlace(t, nil)
	pg := p.open(`{"listen":{"tick":{}}}`)
	p.e.Disconnect(eventbus.All)
	pg.wantClosed(CloseForbidden)
	emit(t, p.bus, tick, 1)
	back := p.open(pg.resume(`{"tick":{"since":0}}`, 0))
	if back.welcome["session"] == pg.welcome["session"] {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"gap":{"events":{"tick":null}}}`)
}
