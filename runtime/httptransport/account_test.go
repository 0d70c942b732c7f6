package httptransport

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// interestInKeys is an interest in n keys, each of so many bytes.
func interestInKeys(n, size int) string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf("%q", fmt.Sprint(i, strings.Repeat("x", size))))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

// heap returns the bytes of the heap that are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // what a pool holds goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// gone waits until the handler has forgotten the connections that were cut.
func (p *place) gone() {
	p.t.Helper()
	p.wantPeers(0)
}

func TestSessionsThatAreAwayKeepNoKeys(t *testing.T) {
	p := newPlace(t)
	hello := `{"listen":{"sticky":` + interestInKeys(1000, 40) + `,"latest":` + interestInKeys(500, 40) + `}}`
	before := heap()
	for range 100 {
		p.open(hello).cut()
	}
	p.gone()
	if used := heap() - before; used > 100*10<<10 {
		t.Errorf("100 sessions that are away take %d bytes", used)
	}
	p.h.mu.Lock()
	defer p.h.mu.Unlock()
	if n := len(p.h.sessions); n != 100 {
		t.Errorf("there are %d sessions", n)
	}
}

// A page that comes back brings its keys, and gets what it missed of them.
func TestGuarantee06HelloBringsTheKeys(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"listen":{"latest":{"keys":["a","b"]}}}`)
	pg.cut()
	p.gone()
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
	p := newPlace(t, MaxSubscriptions(4))
	pg := p.open(`{"listen":{"latest":{"keys":["a"]},"sticky":{"keys":["a"]},"tick":{}}}`)
	pg.cut()
	p.gone()
	back := p.open(pg.resume(`{"latest":{"keys":["a","b","c"]},"sticky":{"keys":["a","b"]},"tick":{}}`, pg.at()))
	if got := show(back.welcome["refused"]); got != `{"latest":{"code":"too_many_listens"}}` {
		t.Errorf("refused are %s", got)
	}
	p.h.mu.Lock()
	sessions := slices.Collect(maps.Values(p.h.sessions))
	p.h.mu.Unlock()
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
	p := newPlace(t)
	hello := `{"listen":{"latest":` + interestInKeys(500, 100) + `}}`
	p.open(hello)
	p.open(hello)
	p.h.classMu.Lock()
	defer p.h.classMu.Unlock()
	if n := len(p.h.classes); n != 1 {
		t.Errorf("there are %d classes of the same", n)
	}
	for id, class := range p.h.classes {
		if len(id) > 32 {
			t.Errorf("the class is found by %d bytes", len(id))
		}
		found := false
		for c := range p.h.conns {
			c.session.mu.Lock()
			keys := c.session.subs["latest"].bus.Keys
			found = found || reflect.ValueOf(keys).Pointer() == reflect.ValueOf(class.events[latest.Info()]).Pointer()
			c.session.mu.Unlock()
		}
		if !found {
			t.Error("the class has a set of its own")
		}
	}
}

func TestDefaultAccounts(t *testing.T) {
	for _, c := range []struct{ remote, identity, want string }{
		{"192.0.2.7:1234", "", "address 192.0.2.7"},
		{"[::ffff:192.0.2.7]:1234", "", "address 192.0.2.7"},
		{"[2001:db8:1:2:3:4:5:6]:1234", "", "address 2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:1234", "", "address fe80::/64"},
		{"@", "", "address @"},
		{"192.0.2.7:1234", "ann", "identity ann"},
	} {
		if got := defaultAccount(&http.Request{RemoteAddr: c.remote}, eventbus.Peer{Identity: c.identity}); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// byHeader takes the account from a header, as one would behind a proxy.
func byHeader(r *http.Request, _ eventbus.Peer) string { return r.Header.Get("Account") }

func accountOption(account string) pageOption {
	return pageOption{header: http.Header{"Account": {account}}}
}

func TestWithAccount(t *testing.T) {
	p := newPlace(t, WithAccount(byHeader))
	p.open(`{"listen":{}}`, accountOption("ann"))
	p.stream(`{"listen":{}}`, "Account", "ann")
	for _, peer := range p.bus.Peers() {
		if peer.Account != "ann" {
			t.Errorf("peer is %+v", peer)
		}
	}
	q := newPlace(t, WithAccount(func(*http.Request, eventbus.Peer) string { panic("no") }))
	q.socket(pageOption{}).wantClosed(closeFailed)
}

func TestGuarantee20Connections(t *testing.T) {
	p := newPlace(t, MaxPeers(8), WithMaxPeersPerAccount(3), WithAccount(byHeader))
	for range 3 {
		p.open(`{"listen":{}}`, accountOption("ann"))
	}
	p.socket(accountOption("ann")).wantClosed(closeRateLimited)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream", "Account", "ann"); status != 429 {
		t.Errorf("a stream too many: %d", status)
	}
	p.open(`{"listen":{}}`, accountOption("bob"))
}

func TestGuarantee20PlacesAreShared(t *testing.T) {
	p := newPlace(t, MaxPeers(4), WithMaxPeersPerAccount(4), WithAccount(byHeader))
	var anns []*page
	for range 4 {
		anns = append(anns, p.open(`{"listen":{}}`, accountOption("ann")))
	}
	bobs := []*page{p.open(`{"listen":{}}`, accountOption("bob")), p.open(`{"listen":{}}`, accountOption("bob"))}
	p.socket(accountOption("bob")).wantClosed(closeRateLimited) // that would be more than an equal part
	closed := 0
	for _, pg := range anns {
		pg.send(`{"unlisten":[],"id":1}`)
		if f, err := pg.tryNext(); err != nil {
			closed++
		} else if f["ack"] == nil {
			t.Errorf("got %v", f)
		}
	}
	if closed != 2 {
		t.Errorf("%d connections of the account that had all places were closed, want 2", closed)
	}
	for _, pg := range bobs {
		pg.send(`{"unlisten":[],"id":1}`)
		pg.want(`{"ack":1}`)
	}
}

func TestGuarantee20SessionsThatAreAway(t *testing.T) {
	p := newPlace(t, MaxPeers(8), WithMaxPeersPerAccount(3), WithAccount(byHeader))
	away := p.open(`{"listen":{"tick":{}}}`, accountOption("ann"))
	away.cut()
	p.wantPeers(0)
	var last *page
	for range 20 {
		last = p.open(`{"listen":{}}`, accountOption("bob"))
		last.cut()
		p.wantPeers(0)
	}
	for range 100000 {
		if p.sessions() <= 4 {
			break
		}
		runtime.Gosched()
	}
	if n := p.sessions(); n != 4 {
		t.Errorf("there are %d sessions, of ann 1 and of bob 3", n)
	}
	emit(t, p.bus, tick, 1)
	for _, pg := range []*page{away, last} {
		if back := p.open(pg.resume(`{"tick":{}}`, pg.at())); back.welcome["session"] != pg.welcome["session"] {
			t.Error("a session within the share has ended")
		}
	}
}

func (p *place) sessions() int {
	p.h.mu.Lock()
	defer p.h.mu.Unlock()
	return len(p.h.sessions)
}

func TestSurplusOfSessions(t *testing.T) {
	a := newAbsent()
	leave := func(account string) *session {
		s := &session{account: account}
		a.add(s)
		return s
	}
	first := leave("ann")
	if a.surplus("ann", 2, 4) != nil {
		t.Error("one is too many")
	}
	leave("ann")
	leave("ann")
	if a.surplus("ann", 2, 4) != first {
		t.Error("of more than the share, the first is to go")
	}
	leave("bob")
	leave("bob")
	if a.surplus("bob", 3, 4) != first {
		t.Error("of more than all, the first of the account that has most is to go")
	}
	a.remove(first)
	if a.surplus("bob", 3, 4) != nil || a.all.Len() != 4 {
		t.Error("four are too many")
	}
}

func TestGuarantee21RenewalHeaders(t *testing.T) {
	seen := make(chan http.Header, 10)
	p := newPlace(t, WithRenewalHeaders("x-device"), Authenticate(func(r *http.Request) (eventbus.Peer, time.Time, error) {
		seen <- r.Header.Clone()
		return eventbus.Peer{Identity: "ann"}, time.Time{}, nil
	}))
	o := pageOption{header: http.Header{"Cookie": {"a=b"}, "X-Device": {"7"}, "X-Large": {strings.Repeat("x", 100_000)}}, protocols: bearer("old")}
	pg := p.open(`{"listen":{}}`, o)
	if first := <-seen; first.Get("X-Large") == "" {
		t.Error("the first time, all of the request is shown")
	}
	pg.send(`{"auth":"new"}`)
	if f := pg.next(); f["auth"] == nil {
		t.Errorf("got %v", f)
	}
	want := http.Header{"Authorization": {"Bearer new"}, "Cookie": {"a=b"}, "X-Device": {"7"}}
	if got := <-seen; !reflect.DeepEqual(got, want) {
		t.Errorf("a renewal is shown %v", got)
	}
	for _, c := range p.h.all(nil) {
		if c.opened.Header.Get("X-Large") != "" {
			t.Error("a header is kept that nobody asked for")
		}
	}
	o.header.Set("Cookie", strings.Repeat("c", mostKept))
	p.socket(o).wantClosed(closeBadFrame)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream", "Cookie", strings.Repeat("c", mostKept)); status != 400 {
		t.Errorf("a stream of a long cookie: %d", status)
	}
}
