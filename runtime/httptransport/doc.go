// Package httptransport carries the events of a bus to browser windows and back: WebSocket,
// server-sent events and POST, on one path, with the protocol of docs/protocol.md.
//
//	events, err := httptransport.New(bus, httptransport.Authenticate(who))
//	mux.Handle("/events", events)
//
// It promises:
//
//  1. Each event is encoded and framed once, however many windows get it. A connection holds a
//     position in the bus's log, not a queue of copies.
//  2. A window that is slow, stalled or gone holds up neither an emitter nor another window.
//  3. A window that reconnects within the time of [Resume] and the reach of the bus's log gets
//     what it missed, once and in order. Beyond that it is told of a gap: nothing is lost silently.
//  4. An emit runs once for each session and id, however often a page sends it.
//  5. Who a page is comes from [Authenticate] alone; each listen, emit and resume is authorised.
//  6. An idle WebSocket costs one goroutine and no buffer.
//
// docs/security.md says what is left to the application.
package httptransport
