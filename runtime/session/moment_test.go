package session

import (
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// slowly is a sticky event whose encoder waits the first time: that is when a window listens to it, and the
// value that is kept has not been encoded yet.
func slowly(name string) (event *eventbus.Event[int], entered, leave chan struct{}) {
	entered, leave = make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	event = eventbus.Define(eventdef.Definition[int]{Name: name, Sticky: true, Encode: func(dst []byte, n *int) ([]byte, error) {
		if calls.Add(1) == 1 {
			close(entered)
			<-leave
		}
		return strconv.AppendInt(dst, int64(*n), 10), nil
	}})
	return event, entered, leave
}

func newPlaceWith(t *testing.T, event eventbus.AnyEvent, opts ...Option) *place {
	t.Helper()
	return newPlace(t, []eventbus.Option{eventbus.WithCatalog(eventbus.NewCatalog(event))}, opts...)
}

// The position of a welcome and all that its hello listens to are one moment: what is emitted from then on comes,
// however long it takes to encode what is kept of another event.
func TestGuarantee03HelloIsOneMoment(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlaceWith(t, first)
	emit(t, p.bus, first, 1)
	pg := p.connect(eventbus.Peer{})
	pg.send(`{"hello":{"listen":{"first":{},"tick":{}}}}`)
	<-entered
	emit(t, p.bus, tick, 2)
	emit(t, p.bus, first, 3)
	close(leave)
	pg.takeWelcome()
	pg.want(`{"event":"first","payload":1}`, `{"event":"tick","payload":2}`, `{"event":"first","payload":3}`)
	if pg.at() != 1 {
		t.Errorf("welcome is %v", pg.welcome)
	}
}

// The same holds for what is new to a session that is resumed.
func TestGuarantee03ResumedHelloIsOneMoment(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlaceWith(t, first)
	emit(t, p.bus, first, 1)
	pg := p.open(`{"listen":{"other":{}}}`)
	back := p.connect(eventbus.Peer{})
	back.send(`{"hello":` + pg.resume(`{"other":{},"first":{},"tick":{}}`, pg.at()) + `}`)
	<-entered
	emit(t, p.bus, tick, 2)
	close(leave)
	back.takeWelcome()
	emit(t, p.bus, other, "last")
	back.want(`{"gap":{"events":{"first":null,"tick":null}}}`, `{"event":"first","payload":1}`,
		`{"event":"tick","payload":2}`, `{"event":"other","payload":"last"}`)
}

// A connection goes on while a listen is answered. What it has passed of the event by then comes before the answer.
func TestGuarantee03NothingIsLostDuringAListen(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlaceWith(t, first)
	emit(t, p.bus, first, 1)
	pg := p.open(`{"listen":{"tick":{}}}`)
	pg.send(`{"listen":{"first":{}},"id":1}`)
	<-entered
	emit(t, p.bus, first, 2)
	emit(t, p.bus, tick, 3)
	pg.want(`{"event":"tick","payload":3}`)
	close(leave)
	pg.want(`{"event":"first","payload":1}`, `{"event":"first","payload":2}`, `{"ack":1}`)
	emit(t, p.bus, first, 4)
	pg.want(`{"event":"first","payload":4}`)
}

// A listen to several events holds for all of them, whatever is emitted meanwhile.
func TestGuarantee03ListenIsOneMoment(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlaceWith(t, first)
	emit(t, p.bus, first, 1)
	pg := p.open(`{"listen":{"other":{}}}`)
	pg.send(`{"listen":{"first":{},"tick":{},"replay":{}},"id":1}`)
	<-entered
	emit(t, p.bus, replay, 2)
	emit(t, p.bus, other, "between")
	emit(t, p.bus, tick, 3)
	emit(t, p.bus, other, "last")
	pg.want(`{"event":"other","payload":"between"}`, `{"event":"other","payload":"last"}`)
	close(leave)
	pg.want(`{"event":"first","payload":1}`, `{"event":"replay","payload":2}`, `{"event":"tick","payload":3}`, `{"ack":1}`)
	emit(t, p.bus, replay, 4)
	emit(t, p.bus, tick, 5)
	emit(t, p.bus, first, 6)
	pg.want(`{"event":"replay","payload":4}`, `{"event":"tick","payload":5}`, `{"event":"first","payload":6}`)
}

// A connection that is behind when a listen is answered catches up first. What comes after the listen by then is of the
// new subscription too.
func TestGuarantee03NothingIsLostWhileCatchingUp(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlaceWith(t, first)
	emit(t, p.bus, first, 1)
	pg := p.open(`{"listen":{"tick":{}}}`)
	p.wantSynced()
	for _, s := range p.e.shards { // they serve nobody
		s.mu.Lock()
	}
	emit(t, p.bus, tick, 2)
	pg.send(`{"listen":{"first":{}},"id":1}`)
	<-entered
	emit(t, p.bus, first, 3)
	close(leave)
	pg.want(`{"event":"tick","payload":2}`, `{"event":"first","payload":1}`)
	for _, s := range p.e.shards {
		s.mu.Unlock()
	}
	emit(t, p.bus, first, 4)
	pg.want(`{"event":"first","payload":3}`, `{"ack":1}`, `{"event":"first","payload":4}`)
}

// wantSynced waits until no connection has anything to catch up with.
func (p *place) wantSynced() {
	p.t.Helper()
	for range patience {
		synced := true
		for _, c := range p.e.all(nil) {
			c.mu.Lock()
			synced = synced && c.mode == modeSynced && c.session != nil
			c.mu.Unlock()
		}
		if synced {
			return
		}
		runtime.Gosched()
	}
	p.t.Fatal("a connection does not catch up")
}

// What the connection has passed and the log has lost ends it: the page listens again.
func TestGuarantee03LostDuringAListen(t *testing.T) {
	first, entered, leave := slowly("first")
	p := newPlace(t, []eventbus.Option{eventbus.WithLog(4096, 0), eventbus.WithCatalog(eventbus.NewCatalog(first))})
	emit(t, p.bus, first, 1)
	pg := p.open(`{"listen":{"tick":{}}}`)
	pg.send(`{"listen":{"first":{}},"id":1}`)
	<-entered
	emit(t, p.bus, first, 2)
	for n := range 100 {
		emit(t, p.bus, tick, n)
		pg.next()
	}
	close(leave)
	pg.wantClosed(CloseSlow)
	back := p.open(pg.resume(`{"tick":{}}`, pg.at()))
	back.next() // the gap
	back.send(`{"listen":{"first":{}},"id":2}`)
	back.want(`{"event":"first","payload":2}`, `{"ack":2}`)
}
