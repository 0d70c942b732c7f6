// Package httptransport carries the events of a bus to browser windows and back: WebSocket,
// server-sent events and POST, on one path, with the protocol of docs/protocol.md.
//
//	events, err := httptransport.New(bus, httptransport.Authenticate(who))
//	mux.Handle("/events", events)
//
// # Guarantees
//
// Each sentence has a test that is called after its number.
//
// Delivery:
//
//  1. An event is encoded once, and framed once for all windows that listen to the same and are
//     addressed alike. A connection holds a position in the bus's log, not a queue of copies.
//  2. A window that is slow, stalled or gone holds up neither an emitter nor another window.
//  3. A window gets what it listens to in the order of the log, from the answer to its listen up to
//     the answer to its unlisten.
//  4. A targeted event reaches its target alone.
//  5. Kept values of an event come before the answer to the listen.
//
// Coming back:
//
//  6. A window that reconnects within the time of [Resume] and the reach of the bus's log gets what
//     it missed, once and in order, over any transport.
//  7. Beyond that it is told of a gap, for each event: nothing is lost silently.
//  8. A session has one connection: the newest replaces the others.
//  9. A session that is away for longer than [Resume] ends, and its subscriptions with it.
//
// From windows:
//
//  10. Frames of a page are handled in their order, one at a time. An emit is answered after its
//     synchronous listeners have returned, and behind what they emitted to the page.
//  11. An emit runs once for each session and id, however often a page sends it.
//
// Safety:
//
//  12. Who a page is comes from [Authenticate] alone, which runs before anything that the page sends is
//     read; each listen, emit and resume is authorised. What is emitted after [Handler.Disconnect] or
//     [Handler.Revoke] has returned does not reach those that it was called for.
//  13. A page of a foreign origin is refused before anything else is done for it, and so is a GET that does
//     not show where it comes from.
//  14. A session is of use to the identity alone that it began with.
//  15. A panic of an authorisation or a listener ends nothing but what called it.
//
// Cost:
//
//  16. An idle WebSocket costs one goroutine, and no buffer unless it is under TLS.
//  17. A page that sends and does not read is closed when 1 MiB of answers wait for it; of messages that came
//     by POST and are not handled yet at most 1 MiB wait, counted whole, and more is answered with 429.
//  18. A page that takes nothing of a write, or does not finish a message, be it empty so far, is closed
//     after the time of [Stall].
//
// The end:
//
//  19. Close sends the windows what they lack, closes them with 1001, and leaves no goroutine behind.
//
// Accounts:
//
//  20. Each connection is charged to an account ([WithAccount]). An account has at most its share of the connections
//     and of the sessions that are away; when all places are taken, one that has less than an equal part gets a
//     place of the one that has most.
//  21. Of a request nothing is kept for renewals but what [Authenticate] needs, at most 16 KiB.
//  22. What pages make the handler hold beyond a fixed part for each connection and session is charged to their
//     accounts, and bounded by [WithMaxMemory] in all and by a share for each. [Handler.Limits] adds up what clients
//     can make a handler and its bus hold. No account below its share is told of a gap, or gets an error, because
//     of what another holds.
//
// docs/security.md says what is left to the application.
package httptransport
