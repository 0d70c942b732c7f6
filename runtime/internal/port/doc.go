// Package port is the door between the bus and the engine that serves clients: what the engine gives the bus ([Sink]),
// what it gets ([Port]), and what they speak of: peers, targets, entries of the log and subscriptions.
//
// A sink attaches, announces its clients, subscribes them, and reads on from its cursor whenever it is woken:
//
//	p, err := bus.Attach(sink)
//	peer, err := p.Join(port.Peer{Window: "main"})
//	subscription, err := p.Listen(peer, "download:progress")
//	at := subscription.At
//	for range woken {
//		n, lost := p.Read(at, entries)
//		for _, e := range entries[:n] {
//			if subscription.Wants(e) { … e.Frame … }
//			at = e.Seq
//		}
//	}
//
// Applications know [Peer] and [Target] by their names in package eventbus. What they must not do with them is a
// function here rather than a method.
package port
