package otelevents

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// TracingOption configures [Tracing].
type TracingOption func(*tracing)

// WithTracerProvider sets where spans go. The default is otel.GetTracerProvider().
func WithTracerProvider(p trace.TracerProvider) TracingOption {
	return func(t *tracing) { t.provider = p }
}

// Tracing returns an interceptor that makes spans, for eventbus.WithInterceptor: "send NAME" for each emit, a child of the
// span of its context, and "process NAME" for each call of a listener. A listener that runs while the emit does is its
// child. One that runs later, because of throttle, debounce, batch or [eventbus.Async], has a link to the emit too.
//
// An emit of a client begins a trace, unless a middleware has put a span into the context of its request.
func Tracing(opts ...TracingOption) eventbus.Interceptor {
	t := &tracing{provider: otel.GetTracerProvider()}
	for _, o := range opts {
		o(t)
	}
	t.tracer = t.provider.Tracer(scope)
	return t
}

type tracing struct {
	provider trace.TracerProvider
	tracer   trace.Tracer
}

// WrapEmit implements [eventbus.Interceptor].
func (t *tracing) WrapEmit(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
	return func(ctx context.Context, e eventbus.Emission) error {
		attributes := []attribute.KeyValue{
			system, semconv.MessagingDestinationName(e.Event), semconv.MessagingOperationName("send"), semconv.MessagingOperationTypeSend,
			attribute.Bool("eventgen.from_client", e.Peer.ID != ""),
		}
		ctx, span := t.tracer.Start(ctx, "send "+e.Event, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(attributes...))
		defer span.End()
		err := next(ctx, e)
		finish(span, err)
		return err
	}
}

// WrapListen implements [eventbus.Interceptor].
func (t *tracing) WrapListen(next func(context.Context, eventbus.Delivery) error) func(context.Context, eventbus.Delivery) error {
	return func(ctx context.Context, d eventbus.Delivery) error {
		attributes := []attribute.KeyValue{
			system, semconv.MessagingDestinationName(d.Meta.Event), semconv.MessagingOperationName("process"), semconv.MessagingOperationTypeProcess,
		}
		options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(attributes...)}
		if parent := trace.SpanFromContext(ctx); parent.SpanContext().IsValid() && !parent.IsRecording() { // the emit has ended
			options = append(options, trace.WithLinks(trace.LinkFromContext(ctx)))
		}
		ctx, span := t.tracer.Start(ctx, "process "+d.Meta.Event, options...)
		defer span.End()
		err := next(ctx, d)
		finish(span, err)
		return err
	}
}

// finish says how it went.
func finish(span trace.Span, err error) {
	if err == nil {
		return
	}
	code := string(eventbus.CodeOf(err))
	span.SetAttributes(semconv.ErrorTypeKey.String(code))
	span.SetStatus(codes.Error, code)
}
