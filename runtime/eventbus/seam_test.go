package eventbus

import "testing"

func TestPortTellsOfEventsAndPositions(t *testing.T) {
	e := Define(Definition[step]{Name: "e", Key: stepKey, Slow: SlowLatest})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	if p.Event("e") != e.Info() || p.Event("unknown") != nil {
		t.Error("Event does not find what there is")
	}
	noError(t, e.Emit(background, b, step{"a", 1})) // nobody listens: not logged
	one := join(t, p, Peer{Window: "main"})
	first := listen(t, p, one, "e")
	noError(t, e.Emit(background, b, step{"a", 2}))
	noError(t, e.Emit(background, b, step{"a", 3}))
	second := listen(t, p, one, "e")
	if first.Since != first.At || second.Since != first.At || second.At <= first.At {
		t.Errorf("logged since %d and %d, at %d and %d", first.Since, second.Since, first.At, second.At)
	}
	if n := p.Behind(first.At); n != 2 {
		t.Errorf("%d behind", n)
	}
	first.Close()
	second.Close()
	noError(t, e.Emit(background, b, step{"a", 4}))
	if third := listen(t, p, one, "e"); third.Since != third.At {
		t.Errorf("a break is not seen: %d, %d", third.Since, third.At)
	}
}

func TestPortUpdatesAPeer(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	one := join(t, p, Peer{Window: "main"})
	one.Groups, one.Window = []string{"admins"}, "other"
	p.Update(one)
	if peers := b.Peers(); len(peers) != 1 || !peers[0].In("admins") || peers[0].Window != "main" {
		t.Errorf("peers are %v", peers)
	}
	p.Leave(one.ID)
	p.Update(one)
	if peers := b.Peers(); len(peers) != 0 {
		t.Errorf("peers are %v", peers)
	}
}
