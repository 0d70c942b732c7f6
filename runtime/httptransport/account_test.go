package httptransport

import (
	"fmt"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
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
	q.socket(pageOption{}).wantClosed(session.CloseFailed)
}

func TestGuarantee20Connections(t *testing.T) {
	p := newPlace(t, session.WithMaxPeers(8), session.WithMaxPeersPerAccount(3), WithAccount(byHeader))
	for range 3 {
		p.open(`{"listen":{}}`, accountOption("ann"))
	}
	p.socket(accountOption("ann")).wantClosed(session.CloseRateLimited)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream", "Account", "ann"); status != 429 {
		t.Errorf("a stream too many: %d", status)
	}
	p.open(`{"listen":{}}`, accountOption("bob"))
}

func TestGuarantee20PlacesAreShared(t *testing.T) {
	p := newPlace(t, session.WithMaxPeers(4), session.WithMaxPeersPerAccount(4), WithAccount(byHeader))
	var anns []*page
	for range 4 {
		anns = append(anns, p.open(`{"listen":{}}`, accountOption("ann")))
	}
	bobs := []*page{p.open(`{"listen":{}}`, accountOption("bob")), p.open(`{"listen":{}}`, accountOption("bob"))}
	p.socket(accountOption("bob")).wantClosed(session.CloseRateLimited) // that would be more than an equal part
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
	p := newPlace(t, session.WithMaxPeers(8), session.WithMaxPeersPerAccount(3), WithAccount(byHeader))
	away := p.open(`{"listen":{"tick":{}}}`, accountOption("ann"))
	away.cut()
	p.wantPeers(0)
	var last *page
	for range 20 {
		last = p.open(`{"listen":{}}`, accountOption("bob"))
		last.cut()
		p.wantPeers(0)
	}
	for range patience {
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
	return p.h.Stats().Sessions
}

func TestGuarantee21RenewalHeaders(t *testing.T) {
	seen := make(chan http.Header, 10)
	p := newPlace(t, WithRenewalHeaders("x-device"), WithAuthenticate(func(r *http.Request) (eventbus.Peer, time.Time, error) {
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
	o.header.Set("Cookie", strings.Repeat("c", mostKept))
	p.socket(o).wantClosed(session.CloseBadFrame)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream", "Cookie", strings.Repeat("c", mostKept)); status != 400 {
		t.Errorf("a stream of a long cookie: %d", status)
	}
}
