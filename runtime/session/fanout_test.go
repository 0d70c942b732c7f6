package session

import (
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

func TestGuarantee01FramesAreShared(t *testing.T) {
	p := newPlace(t, nil)
	p.open(`{"listen":{"tick":{}}}`) // so that the bus logs the event
	sub, err := p.e.port.Listen(eventbus.Peer{}, "tick")
	noError(t, err)
	defer sub.Close()
	shard := p.e.shards[0]
	var taps []tap
	for n := range 4 {
		c := &Conn{engine: p.e, shard: shard, link: make(tap, 1), epoch: p.e.era.Load(), cursor: p.e.port.At()}
		c.class = p.e.intern(streamFormat{}, map[string]*subscription{"tick": {bus: sub}})
		if n > 1 {
			c.peer.Groups = []string{"staff"}
		}
		taps = append(taps, c.link.(tap))
		shard.add(c)
		defer func() { shard.remove(c); c.shut() }()
	}
	emit(t, p.bus, tick, 1)
	first := <-taps[0]
	for _, l := range taps[1:] {
		if p := <-l; &p[0] != &first[0] {
			t.Error("a broadcast is framed twice")
		}
	}
	noError(t, tick.EmitTo(background, p.bus, eventbus.Group("staff"), 2))
	if one, two := <-taps[2], <-taps[3]; &one[0] != &two[0] {
		t.Error("what is for a group is framed for each member")
	}
	emit(t, p.bus, tick, 3)
	if got := string(<-taps[0]); strings.Contains(got, `"payload":2`) || !strings.Contains(got, `"payload":3`) {
		t.Errorf("who is not in the group gets %q", got)
	}
}
