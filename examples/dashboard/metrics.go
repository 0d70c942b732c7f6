package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/eventgen/eventgen/runtime/eventbus/observe"
	"github.com/eventgen/eventgen/runtime/otelevents"
)

// newMetrics returns what watches the bus, and what Prometheus reads.
func newMetrics() (observe.Observer, http.Handler, error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo())
	if err != nil {
		return nil, nil, err
	}
	metrics, err := otelevents.Metrics(otelevents.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))))
	return metrics, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), err
}
