// Package eventbus carries typed events within a Go program, and through transports to the clients of that program:
// pages, webviews, other processes. With a broker it joins the buses of several nodes. It depends on the standard library
// alone.
//
// Use it where one part of a program has to tell others that something happened, and should not know who they are. An
// event is declared once, with its payload's type and with how it is delivered. Usually eventgen generates that, and the
// TypeScript of it. Written by hand it looks like this:
//
//	progress := eventbus.Define(eventdef.Definition[Download]{Name: "download:progress", Throttle: 100 * time.Millisecond})
//	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(progress)))
//	if err != nil {
//		return err
//	}
//	defer bus.Close(ctx)
//	unlisten := progress.Listen(bus, func(ctx context.Context, d Download) error {
//		fmt.Println(d.ID, d.Percent)
//		return nil
//	})
//	defer unlisten()
//	return progress.Emit(ctx, bus, Download{ID: "a", Percent: 7})
//
// Emit calls the listeners in its own goroutine, and has called them when it returns. A listener that may be slow is
// registered with [Async]. What a listener returns goes to the error handler of the bus ([WithErrorHandler]), as all does
// that no call can return. To reach clients, give the bus to a transport, such as package httptransport.
//
// # Words
//
//   - event: what can happen, with a name, a payload type and a way of delivery. Its descriptor is an [Event], and a
//     [Catalog] is the events of a package. A directive is the comment that eventgen reads it from.
//   - payload: what one emit carries. An envelope is a payload with its metadata ([Meta]), a frame is what a transport
//     writes at a time.
//   - emit, emitter; listen, listener: to send a payload, and to be called with payloads. Once is to be called with the
//     next one alone. Unlisten ends a listener.
//   - client: the program in a page, a webview or elsewhere that speaks the protocol. Window is the label that it goes by,
//     which several may share. Peer is one live client, as the program sees it ([Peer]). A group is peers that the
//     transport has put together. An account is whom the costs of a peer are charged to.
//   - target: which clients an emit is addressed to ([Target]).
//   - transport: moves frames to peers, and attaches to the bus as a sink. A broker joins nodes, each with a bus.
//   - seq: the position of a delivery in the bus's log. A client that was away resumes from its position, and is told of
//     a gap where it has missed something. An epoch is the life of a log: positions of another one mean nothing.
//   - throttle, debounce, batch: ways to deliver less often than is emitted. sticky, replay: a new listener gets the last
//     payload, or the last few. A key keeps payloads apart for all of these. The slow policy is what a client gets that
//     cannot keep up. Stale is a client that was built against another contract of an event.
//
// # Guarantees
//
// Each sentence has a test that is called after its number.
//
// Order:
//
//  1. What one goroutine emits without coalescing, every listener gets in that order, across events.
//  2. What one goroutine emits without coalescing, every client gets in that order, across events.
//  3. Throttled, debounced and batched deliveries of one event, key and target keep the order of their
//     emits, and are made one at a time.
//  4. What is pending of the events that an event flushes, of the same key if both have keys of one type,
//     has been delivered when the event is.
//  5. A listener's own emits run depth-first: their listeners have returned before the next listener of the
//     outer event is called, while clients get the outer event first.
//  6. Synchronous listeners run in the emitter's goroutine, in the order in which they were registered.
//
// Between goroutines there is no order but what the program makes.
//
// Delivery:
//
//  7. When Emit returns, the synchronous listeners of what it delivered have returned.
//  8. A listener gets every delivery that begins after it was registered, and none that began before.
//  9. No call of a listener starts after its unlisten has returned, and what was queued for it is dropped.
//  10. Unlisten is idempotent, never waits, and may be called inside any listener.
//  11. A listener of Once is called at most once, however many emits run at the same time.
//  12. An error, a panic or a Goexit of a listener reaches no other listener, and the error handler learns
//     of it; a Goexit ends the goroutine that it was called in, after the other listeners. A panic in an
//     interceptor, a key function, a predicate or a codec fails the emit or the delivery in which it happens,
//     and the error handler learns of it: none crosses a call of the bus, and none ends the process.
//  13. A targeted emit reaches its target alone, and no Go listener; it is refused with the zero Target, which is none.
//  14. An event whose audience is windows or groups cannot be broadcast.
//  15. Throttle delivers the first value at once, then at most one value in its time for each key and
//     target, and always the latest.
//  16. Debounce delivers the last value once, its time after the last emit, for each key and target.
//  17. A batch has at most Batch payloads, and none of them waits longer than Wait for the others.
//  18. A listener with EveryEmit sees every emit when it is made.
//  19. A new listener of a sticky event gets the last delivered value of each key first, one of a replayed
//     event the last ones, and then everything newer, nothing twice. A synchronous one gets them in the
//     goroutine that registers it; emits do not wait for it until it has caught up. What comes meanwhile is
//     queued: at most 1024 deliveries, of which the oldest is dropped and reported as in 24.
//  20. A deferred or asynchronous call gets a context with the values of the last emit's, and without its
//     cancellation.
//  21. Interceptors see every admitted emit and every call of a listener.
//
// Admission:
//
//  22. Emit returns what is known immediately: a closed bus, a context that is done, an unknown event, a
//     wrong direction or audience, a missing window, too many keys. What fails later goes to the error
//     handler.
//  23. With WithStrictEmit, a payload that cannot be encoded or is too large is the emit's error.
//
// Overflow and memory:
//
//  24. The queue of an asynchronous listener holds at most its bound, beside what the listener has in hand,
//     which is one payload, or a sixteenth of the bound if that is more; its policy decides what goes, and
//     the error handler learns how much went.
//  25. Block makes an emitter wait for room until its context is done, and nothing else does.
//  26. Keys and targets that hold something are at most Keys; idle ones are forgotten.
//  27. The log holds at most the bytes and the age that it is given; the target, the key and the peer of an entry
//     count with its frame. It holds no text that is not UTF-8, whoever made it: an encoder, a window or another node.
//  28. A sink that is slow or dead holds up no emitter and no other sink.
//  29. A payload is encoded at most once for each delivery, and only if a client, a broker or a strict emit
//     needs it, or if a client emitted it and it is kept.
//  30. An emit that nothing but synchronous listeners wait for allocates nothing.
//  31. The bus keeps no payload and no listener once it has no more use for it.
//
// Clients:
//
//  32. After Port.Listen has returned, every emit for the peer is in the log after Subscription.At, and what
//     is stored comes before it. What Port.ListenAll subscribes to together has one At.
//  33. Port.Emit returns nil only after the payload was decoded and validated and the synchronous listeners
//     have returned nil.
//  34. A client sees the code and message of a Reject, and nothing of any other error of a listener.
//  35. What a client emits reaches other clients only by relay, and then only its target. The Go listeners run first; if
//     one of them refuses it, no client gets it. It never reaches the client that emitted it.
//  36. The source of what a client emits is the peer that its transport states.
//
// Nodes:
//
//  37. What is emitted on one node reaches the clients of all nodes once, and the Go listeners of other nodes
//     only with AllNodes.
//
// Shutdown:
//
//  38. Close refuses new emits, delivers what is deferred or queued and what its listeners emit in turn, and
//     waits for listeners; then every emit fails with CodeClosed.
//  39. When its context ends, Close drops what is left and returns the context's error, with CodeCanceled.
//  40. Inside a callback Close returns nil immediately, and drains in the background. Callbacks are what the
//     bus calls of the application and waits for: listeners, error handlers, codecs and key functions.
//  41. After Close the bus has no goroutine; one that nothing is emitted on has none before it either.
//  42. Flush waits for Go listeners and their queues, and for no transport.
//
// Concurrency:
//
//  43. Every function and method may be called from any goroutine at any time, inside callbacks too; there
//     Close and Flush do not wait. A goroutine that a callback waits for is not inside it, and a Close there
//     would wait for its own caller: it returns its context's error at the deadline, as in 39. Until then the
//     bus goes on draining all that does not wait for that callback.
//
// Accounts, to which the transports charge what clients emit (see [Peer.Account]):
//
//  44. An account holds at most its share ([WithShare]) of the clients' half of the log, of the values that are kept
//     and of the keys and targets of an event. When all accounts hold that half of the log, each may hold an equal part
//     of it. An emit beyond that fails with CodeRate before any listener is called; no other account's does because of it.
//  45. Half of the log, and half of the keys and targets of an event that clients emit too, are for what Go code emits:
//     none of its emits fails because of what clients emit.
//  46. A client addresses at most 256 names, each of at most 256 bytes.
//
// With a broker:
//
//  47. An emit for which there is no room in the queue of what is to be published fails with CodeBroker before any
//     listener is called. What a throttle, a debounce or a batch delivers without room reaches every client as a gap,
//     with its count, when the engine takes messages again. The queue holds 16,384 envelopes and 32 MiB.
//
// With a broker whose engine keeps one log for all nodes:
//
//  48. Clients of all nodes see one order, and stored values follow it: all nodes keep the same.
//  49. When New returns, the node has the stored values and what the log holds.
//  50. When the log has lost something, it gets another epoch. All nodes read what it has now, and every client gets
//     a gap. Positions of one epoch are never taken for those of another, and no node stays deaf: it sees within the
//     lease whether what it publishes comes back.
//  51. What Port.Settled returns is closed when all that was published here has come back, after at most 2 s.
//
// Of peers and contracts:
//
//  52. Of peers of one ID the one of the highest generation is there. Its join ends the connection of the other on
//     whatever node, and late leaves of that are ignored.
//  53. Other nodes know of a join or an orderly leave within a second, and forget the peers of a node that has died, or
//     is parted from them, within the lease and a quarter of it.
//  54. What was emitted under another contract of its event reaches no listener, and no client as if it were of this
//     node's contract. A node passes over events that it does not know.
package eventbus

// Words inside:
//
//   - event: an event without its payload type; described is what a descriptor offers of it.
//   - topic: an event's state on one bus.
//   - payloads: what can be done with payloads of one type by their addresses; places are payloads to use for a while.
//   - outlet: where deliveries of an event reach Go listeners; a deferred event has two, one of them for EveryEmit.
//   - delivery: what listeners get, a payload or a batch; occasion is what is known of it beside the payload.
//   - round: one payload on its way to many plain listeners; series: many payloads on their way to one listener; walk: one
//     delivery on its way to listeners of any kind.
//   - traits: what only few listeners have, beside their function and their state.
//   - coalescer: holds back by throttle, debounce or batch; bucket: what it holds for one key and target.
//   - fanout: the queue of an outlet's asynchronous listeners; reader: the place of one of them in it.
//   - cluster: this node among those that a broker joins; outbox is what it publishes, reading how far it has read the log
//     that all share, announcer what it tells and hears of peers.
//   - message: what a broker moves, made of envelopes.
//   - intake: counts the emits under way, and refuses new ones once the bus closes; shard: one of its counters.
//   - store: what new listeners get, sticky or replayed; priming: a new listener that is still being given that.
//   - callback: code of the application that the bus calls and waits for; see insideCallback.
