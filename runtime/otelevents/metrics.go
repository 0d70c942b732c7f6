package otelevents

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
)

// scope names what makes the metrics and spans.
const scope = "github.com/eventgen/eventgen/runtime/otelevents"

var system = attribute.String(string(semconv.MessagingSystemKey), "eventgen")

// MetricsOption configures [Metrics].
type MetricsOption func(*metrics)

// WithMeterProvider sets where metrics go. The default is otel.GetMeterProvider().
func WithMeterProvider(p metric.MeterProvider) MetricsOption {
	return func(m *metrics) { m.provider = p }
}

// Metrics returns an observer of one bus, for eventbus.WithObserver. It fails if the meter refuses an instrument.
func Metrics(opts ...MetricsOption) (observe.Observer, error) {
	m := &metrics{provider: otel.GetMeterProvider()}
	for _, o := range opts {
		o(m)
	}
	m.meter = m.provider.Meter(scope)
	var err error
	m.took, err = m.meter.Float64Histogram("messaging.process.duration", metric.WithUnit("s"),
		metric.WithDescription("How long one listener took for one delivery, of one delivery in 64."),
		metric.WithExplicitBucketBoundaries(1e-6, 1e-5, 1e-4, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("otelevents: %w", err)
	}
	return m, m.instruments()
}

// metrics is the observer.
type metrics struct {
	provider metric.MeterProvider
	meter    metric.Meter
	took     metric.Float64Histogram
	source   observe.Source

	events  []eventInstrument
	engines []engineInstrument
	codes   []codeInstrument
}

// eventInstrument shows one count of each event.
type eventInstrument struct {
	metric.Observable
	read func(*observe.Event) int64
}

// codeInstrument shows counts of each event by code.
type codeInstrument struct {
	metric.Int64Observable
	read func(*observe.Event) map[string]uint64
}

// engineInstrument shows what is counted of clients.
type engineInstrument struct {
	metric.Observable
	read func(*observe.Engines, func(value float64, attributes ...attribute.KeyValue))
}

// instruments makes them. Their callback reads nothing until the bus is there.
func (m *metrics) instruments() error {
	var failed error
	keep := func(err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("otelevents: %w", err)
		}
	}
	var all []metric.Observable
	counter := func(name, unit, about string) metric.Int64ObservableCounter {
		i, err := m.meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(about))
		keep(err)
		all = append(all, i)
		return i
	}
	gauge := func(name, unit, about string) metric.Int64ObservableGauge {
		i, err := m.meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(about))
		keep(err)
		all = append(all, i)
		return i
	}
	event := func(i metric.Observable, read func(*observe.Event) int64) {
		m.events = append(m.events, eventInstrument{i, read})
	}
	code := func(i metric.Int64Observable, read func(*observe.Event) map[string]uint64) {
		m.codes = append(m.codes, codeInstrument{i, read})
	}
	engine := func(i metric.Observable, read func(*observe.Engines, func(float64, ...attribute.KeyValue))) {
		m.engines = append(m.engines, engineInstrument{i, read})
	}
	one := func(read func(*observe.Engines) uint64) func(*observe.Engines, func(float64, ...attribute.KeyValue)) {
		return func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) { observe(float64(read(e))) }
	}
	reasons := func(read func(*observe.Engines) map[string]uint64) func(*observe.Engines, func(float64, ...attribute.KeyValue)) {
		return func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) {
			for reason, n := range read(e) {
				observe(float64(n), attribute.String("reason", reason))
			}
		}
	}

	event(counter("messaging.client.sent.messages", "{message}", "Emits that were admitted."), func(e *observe.Event) int64 { return int64(e.Emitted) })
	event(counter("messaging.client.consumed.messages", "{message}", "Payloads that were delivered."), func(e *observe.Event) int64 { return int64(e.Delivered) })
	event(counter("eventgen.event.coalesced", "{message}", "Emits that throttle or debounce has replaced by a newer one."), func(e *observe.Event) int64 { return int64(e.Coalesced) })
	event(counter("eventgen.event.received", "{message}", "Deliveries that came from other nodes."), func(e *observe.Event) int64 { return int64(e.Received) })
	event(counter("eventgen.event.overflowed", "{message}", "Deliveries that queues of asynchronous listeners dropped."), func(e *observe.Event) int64 { return int64(e.Overflowed) })
	event(counter("eventgen.event.skipped", "{message}", "Entries that slow clients were not sent, as the event's slow policy says."), func(e *observe.Event) int64 { return int64(e.Skipped) })
	event(counter("eventgen.event.log.size", "By", "Bytes of frames that were written to the log."), func(e *observe.Event) int64 { return int64(e.Bytes) })
	event(gauge("eventgen.event.waiting", "{message}", "Payloads that throttle, debounce and batch hold back."), func(e *observe.Event) int64 { return int64(e.Waiting) })
	event(gauge("eventgen.event.queued", "{message}", "What the asynchronous listener that is behind most has yet to get."), func(e *observe.Event) int64 { return int64(e.Queued) })

	code(counter("eventgen.event.refused", "{message}", "Emits of Go code that failed, by code."), func(e *observe.Event) map[string]uint64 { return e.Refused })
	code(counter("eventgen.event.failed", "{error}", "What went to the error handler, by code."), func(e *observe.Event) map[string]uint64 { return e.Failed })
	code(counter("eventgen.event.client.refused", "{message}", "Emits and listens of clients that were refused, by code."), func(e *observe.Event) map[string]uint64 { return e.ClientsRefused })

	engine(gauge("eventgen.clients", "{client}", "Clients, by state: connected, of them behind, and away."), func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) {
		for state, n := range map[string]int{"connected": e.Connected, "behind": e.Behind, "away": e.Away} {
			observe(float64(n), attribute.String("state", state))
		}
	})
	engine(gauge("eventgen.clients.lag", "{entry}", "Entries of the log that the client which is behind most has yet to get."), one(func(e *observe.Engines) uint64 { return uint64(e.Lag) }))
	lag, err := m.meter.Float64ObservableGauge("eventgen.clients.lag.time", metric.WithUnit("s"), metric.WithDescription("The age of the oldest entry that any client has yet to get."))
	keep(err)
	all = append(all, lag)
	engine(lag, func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) { observe(e.LagTime.Seconds()) })
	engine(counter("eventgen.sessions", "{session}", "Connections that were opened, by how: begun, resumed without loss, or with a gap."), func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) {
		for how, n := range map[string]uint64{"begun": e.Begun, "resumed": e.Resumed, "gap": e.Gapped} {
			observe(float64(n), attribute.String("how", how))
		}
	})
	engine(counter("eventgen.clients.missed", "{message}", "Deliveries that clients were told to have missed, where the number is known."), one(func(e *observe.Engines) uint64 { return e.Missed }))
	engine(counter("eventgen.clients.missed.unknown", "{gap}", "Gaps of one event that clients were told of, where the number is not known."), one(func(e *observe.Engines) uint64 { return e.Unknown }))
	engine(counter("eventgen.connections.closed", "{connection}", "Connections that the engine ended, by reason."), reasons(func(e *observe.Engines) map[string]uint64 { return e.Closed }))
	engine(counter("eventgen.connections.refused", "{connection}", "Connections that were not opened, by reason."), reasons(func(e *observe.Engines) map[string]uint64 { return e.Refused }))
	engine(counter("eventgen.connections.left", "{connection}", "Connections that clients ended."), one(func(e *observe.Engines) uint64 { return e.Left }))
	engine(counter("eventgen.clients.io", "By", "Bytes of frames, by direction."), func(e *observe.Engines, observe func(float64, ...attribute.KeyValue)) {
		observe(float64(e.Sent), attribute.String("network.io.direction", "transmit"))
		observe(float64(e.Received), attribute.String("network.io.direction", "receive"))
	})
	if failed != nil {
		return failed
	}
	_, err = m.meter.RegisterCallback(m.read, all...)
	keep(err)
	return failed
}

// Observe implements [observe.Observer].
func (m *metrics) Observe(s observe.Source) { m.source = s }

// Listened implements [observe.Observer].
func (m *metrics) Listened(event *eventdef.Info, took time.Duration) {
	m.took.Record(context.Background(), took.Seconds(), metric.WithAttributes(system, semconv.MessagingDestinationName(event.Name)))
}

// read is what the reader of the SDK calls.
func (m *metrics) read(_ context.Context, to metric.Observer) error {
	if m.source == nil {
		return nil
	}
	for _, e := range m.source.Events() {
		event := []attribute.KeyValue{system, semconv.MessagingDestinationName(e.Info.Name)}
		for _, i := range m.events {
			show(to, i.Observable, float64(i.read(&e)), event...)
		}
		for _, i := range m.codes {
			for code, n := range i.read(&e) {
				to.ObserveInt64(i.Int64Observable, int64(n), metric.WithAttributes(append(event[:2:2], semconv.ErrorTypeKey.String(code))...))
			}
		}
	}
	engines := m.source.Engines()
	for _, i := range m.engines {
		i.read(&engines, func(value float64, attributes ...attribute.KeyValue) { show(to, i.Observable, value, attributes...) })
	}
	return nil
}

func show(to metric.Observer, i metric.Observable, value float64, attributes ...attribute.KeyValue) {
	switch i := i.(type) {
	case metric.Int64Observable:
		to.ObserveInt64(i, int64(value), metric.WithAttributes(attributes...))
	case metric.Float64Observable:
		to.ObserveFloat64(i, value, metric.WithAttributes(attributes...))
	}
}
