// Package httptransport carries the events of a bus to browser windows and back: WebSocket,
// server-sent events and POST, on one path, over the engine of package session.
//
//	events, err := httptransport.New(bus, httptransport.WithAuthenticate(who), session.WithAuthorizeListen(mayListen))
//	mux.Handle("/events", events)
//
// # Guarantees
//
// Beside those of package session, of which each holds over each of these transports; the numbers are one series. Each
// sentence has a test that is called after its number.
//
//  13. A page of a foreign origin is refused before anything else is done for it, and so is a GET that does
//     not show where it comes from.
//  16. An idle WebSocket costs one goroutine, and no buffer unless it is under TLS.
//  26. A POST reaches the stream of its page through any node: it is answered with 202 when the node that has the stream
//     has taken it, and with 409 when none has within two seconds.
//  21. Of a request nothing is kept for renewals but what [Authenticate] needs, at most 16 KiB.
//
// docs/security.md says what is left to the application.
package httptransport
