package eventbus_test

import (
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestPortUpdatesAPeer(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	one := join(t, p, eventbus.Peer{Window: "main"})
	one.Groups, one.Window = []string{"admins"}, "other"
	p.Update(one)
	if peers := b.Peers(); len(peers) != 1 || !peers[0].In("admins") || peers[0].Window != "main" {
		t.Errorf("peers are %v", peers)
	}
	p.Leave(one.ID, 0)
	p.Update(one)
	if peers := b.Peers(); len(peers) != 0 {
		t.Errorf("peers are %v", peers)
	}
}

func TestPeersComeAndGo(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", To: eventdef.ToWindow})
	in := eventbus.Define(eventdef.Definition[int]{Name: "in", From: eventdef.FromClient})
	b, _ := newBus(t, events(e, in))
	p, c := attach(t, b)
	peer := join(t, p, eventbus.Peer{Window: "a"})
	if peer.ID == "" || peer.Node != b.Node() {
		t.Errorf("joined as %+v", peer)
	}
	if _, err := p.Join(eventbus.Peer{ID: peer.ID}); err == nil {
		t.Error("two peers of one id")
	}
	noError(t, e.EmitTo(background, b, eventbus.Window("a"), 1))
	noError(t, e.EmitTo(background, b, eventbus.Windows("a", "b"), 1))
	_, err := p.Listen(peer, "nothing")
	wantCode(t, err, eventbus.CodeUnknownEvent)
	_, err = p.Listen(peer, "in")
	wantCode(t, err, eventbus.CodeDirection)
	p.Leave(peer.ID, 0)
	p.Leave(peer.ID, 0)
	wantCode(t, e.EmitTo(background, b, eventbus.Window("a"), 1), eventbus.CodeNoTarget)
	s := listen(t, p, join(t, p, eventbus.Peer{Window: "a"}), "e")
	if !e.HasListeners(b) {
		t.Error("a window does not count")
	}
	p.Detach()
	p.Detach()
	s.Close()
	if e.HasListeners(b) || len(b.Peers()) != 0 {
		t.Error("something is left of a detached port")
	}
	if _, err := p.Join(eventbus.Peer{}); eventbus.CodeOf(err) != eventbus.CodeClosed {
		t.Errorf("Join returned %v", err)
	}
	if _, err := p.Listen(peer, "e"); eventbus.CodeOf(err) != eventbus.CodeClosed {
		t.Errorf("Listen returned %v", err)
	}
	_, d := attach(t, b)
	noError(t, b.Close(background))
	if c.shutdowns.Load() != 0 || d.shutdowns.Load() != 1 {
		t.Error("the wrong sinks were told of the end")
	}
}
