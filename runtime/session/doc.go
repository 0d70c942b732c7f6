// Package session is the engine that serves the windows of a bus, whatever carries their frames: sessions, resume,
// authorisation, limits and fan-out, with the protocol of docs/protocol.md. It knows no HTTP: package httptransport is
// WebSocket, server-sent events and POST over it, and [Engine.ServeStream] serves any ordered message stream.
//
//	engine, err := session.New(bus, session.WithAuthorizeListen(mayListen))
//	…
//	err = engine.ServeStream(ctx, stream, eventbus.Peer{Identity: "ann"})
//
// # For authors of transports
//
// A transport that has no goroutine to spare for each connection stands on the seam that never blocks (transport.go). It
// finds out who a client is and prepares a connection ([Engine.Prepare]), opens it with a [Link] that writes and a [Format]
// of bytes ([Conn.Open]), hands over what comes ([Conn.Message], [Engine.Post]), and ends it ([Conn.End]). The engine
// writes by [Link.Try] as long as the connection takes everything, and in a goroutine of its own while it does not.
//
// # Where things are
//
//   - engine.go: what there is of everything, how it begins and ends. option.go: what may be set.
//   - transport.go, stream.go: the seam, and ServeStream over it.
//   - admission.go: places of connections, by account, and labels of windows. memory.go: the account of bytes. limits.go:
//     what all of it comes to.
//   - authorize.go: who may listen and emit, and renewals. disconnect.go: what an operator ends.
//   - hello.go: a connection begins, and finds its session. ticket.go: by what it finds it. session.go, away.go,
//     revoked.go: what outlives connections, and what no longer does.
//   - resume.go: where a page that comes back goes on, and what it is told to have missed. epoch.go: what proves a
//     position. subscribe.go: what a page listens to.
//   - conn.go, drain.go: one connection, in step with the log and behind it. fanout.go, class.go: many at the same time.
//   - nodes.go: what engines of different nodes ask each other. everywhere.go: an operator's word on all of them. renew.go:
//     the log begins anew. leave.go: a node sends its clients elsewhere.
//   - receive.go, emits.go, limiter.go: what pages send. frame.go, json.go, wire.go: frames, from and to them.
//   - janitor.go: what time does.
//
// # Guarantees
//
// Each sentence has a test that is called after its number. Those of HTTP are in package httptransport.
//
// Delivery:
//
//  1. An event is encoded once, and framed once for all clients that listen to the same and are
//     addressed alike. A connection holds a position in the bus's log, not a queue of copies.
//  2. A client that is slow, stalled or gone delays neither an emitter nor another client.
//  3. A client gets what it listens to in the order of the log, from the answer to its listen up to
//     the answer to its unlisten.
//  4. A targeted event reaches its target alone.
//  5. Kept values of an event come before the answer to the listen.
//
// Coming back:
//
//  6. A client that reconnects within the reach of the bus's log gets what it missed, once and in order, over any
//     transport. For the time of [WithResume] the log goes on for what it listens to.
//  7. Beyond that it gets a gap, for each event: nothing is lost silently.
//     When the log begins anew, open connections stay, and are told so with the kept values in one message.
//  8. A session has one connection on all nodes: the newest replaces the others.
//  9. What an engine knows of a session goes when that has been away for longer than [WithResume], and its
//     subscriptions end.
//  23. A page goes on with its session at any engine that has the key ([eventbus.WithKey]) by its ticket alone, for 24 hours from
//     the last one that it was given. It gets nothing from before the session began.
//
// From clients:
//
//  10. Frames of a page are handled in their order, one at a time. An emit is answered after its
//     synchronous listeners have returned, and after what they emitted to the page.
//  11. An emit runs once for each session and id, however often a page sends it.
//  24. An engine that goes on with a session of another, and does not learn what became of its emits, runs none that has
//     been sent: each ends with outcome_unknown. A node that is there says what became of them, and runs no more of the
//     session.
//
// Safety:
//
//  12. The identity of a page comes from the application alone, which is asked before anything that the page sends is
//     read; each listen, emit and resume is authorised. What is emitted after [Engine.Disconnect] or
//     [Engine.Revoke] has returned does not reach those that it was called for, on no node that can be reached.
//  14. A session is of use to the identity alone that it began with.
//  15. A panic of an authorisation or a listener ends nothing but what called it.
//
// Cost:
//
//  17. A page that sends and does not read is closed when 1 MiB of answers wait for it, beside what is being
//     written; of messages that came by POST and are not handled yet at most 1 MiB wait, counted whole, and
//     more is answered with 429.
//  18. A page that takes nothing of a write, or does not finish a message, be it empty so far, is closed
//     after the time of [WithStall].
//
// The end:
//
//  19. Close sends the clients what they lack, closes them with 1001, and leaves no goroutine running.
//  25. Among other nodes it sends them away one after the other over the time of [WithDrain], with 4307, and hands their
//     sessions over: none gets a gap.
//
// Accounts:
//
//  20. Each connection is charged to an account ([Client.Account]). An account has at most its share of the connections
//     and of the sessions that are away; when all places are taken, one that has less than an equal part gets a
//     place of the one that has most.
//  22. What pages make the engine hold beyond a fixed part for each connection and session is charged to their
//     accounts, and bounded by [WithMaxMemory] in all and by a share for each. [Engine.Limits] adds up what clients
//     can make an engine and its bus hold. No account below its share is told of a gap, or gets an error, because
//     of what another holds.
//
// docs/security.md says what is left to the application.
package session
