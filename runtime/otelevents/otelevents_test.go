package otelevents_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/otelevents"
	"github.com/eventgen/eventgen/runtime/session"
)

var (
	outer = eventbus.Define(eventdef.Definition[int]{Name: "outer"})
	inner = eventbus.Define(eventdef.Definition[int]{Name: "inner"})
	late  = eventbus.Define(eventdef.Definition[int]{Name: "late", Debounce: time.Millisecond})
)

func newBus(t *testing.T, opts ...eventbus.Option) *eventbus.Bus {
	t.Helper()
	opts = append(opts, eventbus.WithCatalog(eventbus.NewCatalog(outer, inner, late)), eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {}))
	b, err := eventbus.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func emit(t *testing.T, b *eventbus.Bus, e *eventbus.Event[int], n int) {
	t.Helper()
	for i := range n {
		if err := e.Emit(context.Background(), b, i); err != nil {
			t.Fatal(err)
		}
	}
}

// shown are the sums and gauges of a metric, by the value of an attribute.
func shown(t *testing.T, all metricdata.ResourceMetrics, name, by string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			var points []metricdata.DataPoint[int64]
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				points = data.DataPoints
			case metricdata.Gauge[int64]:
				points = data.DataPoints
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					value, _ := p.Attributes.Value(attribute.Key(by))
					out[value.AsString()] = int64(p.Count)
				}
			}
			for _, p := range points {
				value, _ := p.Attributes.Value(attribute.Key(by))
				out[value.AsString()] = p.Value
			}
		}
	}
	return out
}

func TestMetrics(t *testing.T) {
	reader := metric.NewManualReader()
	m, err := otelevents.Metrics(otelevents.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))))
	if err != nil {
		t.Fatal(err)
	}
	var before metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &before); err != nil { // there is no bus yet
		t.Fatal(err)
	}
	b := newBus(t, eventbus.WithObserver(m))
	if _, err := session.New(b); err != nil {
		t.Fatal(err)
	}
	outer.Listen(b, func(context.Context, int) error { return errors.New("broken") })
	emit(t, b, outer, 640)
	emit(t, b, inner, 2)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if inner.Emit(ended, b, 1) == nil {
		t.Fatal("an emit went through")
	}
	var got metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	const event = "messaging.destination.name"
	for _, c := range []struct {
		name, by, value string
		want            int64
	}{
		{"messaging.client.sent.messages", event, "outer", 640},
		{"messaging.client.sent.messages", event, "inner", 2},
		{"messaging.client.consumed.messages", event, "outer", 640},
		{"eventgen.event.failed", "error.type", "listener_failed", 640},
		{"eventgen.event.refused", "error.type", "canceled", 1},
		{"eventgen.clients", "state", "connected", 0},
		{"eventgen.sessions", "how", "gap", 0},
	} {
		values := shown(t, got, c.name, c.by)
		if n, ok := values[c.value]; !ok || n != c.want {
			t.Errorf("%s of %s: %v, want %d", c.name, c.value, values, c.want)
		}
	}
	if n := shown(t, got, "messaging.process.duration", event)["outer"]; n == 0 || n > 10 {
		t.Errorf("%d listeners were timed, want one in 64 of 640", n)
	}
}

func TestSpansGoFromAnEmitToWhatItsListenersEmit(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	b := newBus(t, eventbus.WithInterceptor(otelevents.Tracing(otelevents.WithTracerProvider(provider))))
	outer.Listen(b, func(ctx context.Context, n int) error { return inner.Emit(ctx, b, n) })
	inner.Listen(b, func(context.Context, int) error { return errors.New("broken") })
	ctx, root := provider.Tracer("test").Start(context.Background(), "request")
	if err := outer.Emit(ctx, b, 1); err != nil {
		t.Fatal(err)
	}
	root.End()

	byName := map[string]tracetest.SpanStub{}
	for _, s := range spans.GetSpans() {
		byName[s.Name] = s
	}
	chain := []string{"request", "send outer", "process outer", "send inner", "process inner"}
	for i, name := range chain[1:] {
		s, ok := byName[name]
		if !ok || s.Parent.SpanID() != byName[chain[i]].SpanContext.SpanID() || s.SpanContext.TraceID() != byName["request"].SpanContext.TraceID() {
			t.Errorf("%s is not a child of %s", name, chain[i])
		}
		if !slices.Contains(s.Attributes, attribute.String("messaging.system", "eventgen")) {
			t.Errorf("%s has %v", name, s.Attributes)
		}
	}
	if s := byName["process inner"]; s.Status.Description != string(eventbus.CodeInternal) {
		t.Errorf("the listener that failed has %+v", s.Status)
	}
}

func TestADeferredDeliveryIsLinkedToItsEmit(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	b := newBus(t, eventbus.WithInterceptor(otelevents.Tracing(otelevents.WithTracerProvider(provider))))
	late.Listen(b, func(context.Context, int) error { return nil })
	emit(t, b, late, 1)
	if err := b.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	all := spans.GetSpans()
	if len(all) != 2 || all[0].Name != "send late" || all[1].Name != "process late" {
		t.Fatalf("got %v", all)
	}
	if links := all[1].Links; len(links) != 1 || links[0].SpanContext.SpanID() != all[0].SpanContext.SpanID() {
		t.Errorf("links are %v", links)
	}
}
