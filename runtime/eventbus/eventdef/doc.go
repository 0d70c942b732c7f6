// Package eventdef is what generated code states about events: their definitions, the keys of their payloads, and the
// handshake with the runtime. Applications read it where they look at an event's definition; package eventbus is what
// they call.
//
// Written by hand, an event is defined like this:
//
//	var Progress = eventbus.Define(eventdef.Definition[DownloadProgress]{
//		Name:     "download:progress",
//		Throttle: 100 * time.Millisecond,
//		Key:      func(p *DownloadProgress) eventdef.Key { return eventdef.StringKey(p.ID) },
//	})
//
// [eventbus.New] reports definitions that break a rule; [Info.Check] is those rules.
//
// [eventbus.New]: https://pkg.go.dev/github.com/eventgen/eventgen/runtime/eventbus#New
package eventdef
