// Package otelevents shows what a bus and its engines do to OpenTelemetry: metrics of everything that is counted, and
// spans from an emit to the listeners that it reaches and to what they emit in turn.
//
//	bus, err := eventbus.New(
//		eventbus.WithCatalog(app.Events),
//		eventbus.WithObserver(metrics), // metrics, err := otelevents.Metrics()
//		eventbus.WithInterceptor(otelevents.Tracing()),
//	)
//
// Metrics are asynchronous: the bus counts, and the reader of the SDK asks when it exports. So they cost an emit two
// nanoseconds. How long listeners take is measured for one delivery in 64. Tracing makes two spans for each emit and one
// for each call of a listener; it costs what the tracer's sampler lets through.
//
// Names follow the semantic conventions for messaging, with the system "eventgen" and the event's name as destination,
// where they have a name for it; what they do not know begins with "eventgen.". docs/observability.md says what each
// metric means and what to do when it moves. Attributes are bounded: events of the catalogue, codes of errors and
// reasons, never keys, labels or identities.
package otelevents
