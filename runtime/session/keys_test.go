package session

import (
	"maps"
	"reflect"
	"slices"
	"testing"
)

func TestSessionsThatAreAwayKeepNoKeys(t *testing.T) {
	p := newPlace(t, nil)
	hello := `{"listen":{"sticky":` + interestInKeys(1000, 40) + `,"latest":` + interestInKeys(500, 40) + `}}`
	before := heap()
	for range 100 {
		p.open(hello).cut()
	}
	p.wantPeers(0)
	if used := heap() - before; used > 100*10<<10 {
		t.Errorf("100 sessions that are away take %d bytes", used)
	}
	p.e.mu.Lock()
	defer p.e.mu.Unlock()
	if n := len(p.e.sessions); n != 100 {
		t.Errorf("there are %d sessions", n)
	}
}

// A page that comes back brings its keys, and gets what it missed of them.
func TestGuarantee06HelloBringsTheKeys(t *testing.T) {
	p := newPlace(t, nil)
	pg := p.open(`{"listen":{"latest":{"keys":["a","b"]}}}`)
	pg.cut()
	p.wantPeers(0)
	emit(t, p.bus, latest, progress{"a", 1}, progress{"c", 2}, progress{"b", 3})
	back := p.open(pg.resume(`{"latest":{"keys":["a"]}}`, pg.at()))
	if back.welcome["resumed"] != true {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"event":"latest","payload":{"id":"a","n":1}}`)
	emit(t, p.bus, latest, progress{"b", 4}, progress{"a", 5})
	back.want(`{"event":"latest","payload":{"id":"a","n":5}}`)
}

func TestResumeObeysMaxSubscriptions(t *testing.T) {
	p := newPlace(t, nil, WithMaxSubscriptions(4))
	pg := p.open(`{"listen":{"latest":{"keys":["a"]},"sticky":{"keys":["a"]},"tick":{}}}`)
	pg.cut()
	p.wantPeers(0)
	back := p.open(pg.resume(`{"latest":{"keys":["a","b","c"]},"sticky":{"keys":["a","b"]},"tick":{}}`, pg.at()))
	if got := show(back.welcome["refused"]); got != `{"latest":{"code":"too_many_listens"}}` {
		t.Errorf("refused are %s", got)
	}
	p.e.mu.Lock()
	sessions := slices.Collect(maps.Values(p.e.sessions))
	p.e.mu.Unlock()
	for _, s := range sessions {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.load != 3 || len(s.subs) != 2 {
			t.Errorf("the session counts %d, of %d subscriptions", s.load, len(s.subs))
		}
	}
	emit(t, p.bus, latest, progress{"a", 1})
	emit(t, p.bus, tick, 2)
	back.want(`{"event":"tick","payload":2}`)
}

// The class of what a page listens to holds the page's own set of keys, and is found by a sum of them.
func TestOneKeySetForEachSubscription(t *testing.T) {
	p := newPlace(t, nil)
	hello := `{"listen":{"latest":` + interestInKeys(500, 100) + `}}`
	p.open(hello)
	p.open(hello)
	p.e.classMu.Lock()
	defer p.e.classMu.Unlock()
	if n := len(p.e.classes); n != 1 {
		t.Errorf("there are %d classes of the same", n)
	}
	for id, class := range p.e.classes {
		if len(id) > 32 {
			t.Errorf("the class is found by %d bytes", len(id))
		}
		found := false
		for c := range p.e.conns {
			c.session.mu.Lock()
			keys := c.session.subs["latest"].bus.Keys
			found = found || reflect.ValueOf(keys).Pointer() == reflect.ValueOf(class.events[p.e.port.Lookup(latest.Name())]).Pointer()
			c.session.mu.Unlock()
		}
		if !found {
			t.Error("the class has a set of its own")
		}
	}
}
