package httptransport

import (
	"encoding/json"
	"net/http"
)

// Live returns a handler that answers whether the process should go on: 200 until the bus has ended, then 503. It is for a
// liveness probe, which restarts a process that fails. A bus that drains, or that cannot reach its broker, is alive.
func (h *Handler) Live() http.Handler {
	return probe(func() (status string, ok bool) {
		if h.Bus().Health().Closed {
			return "closed", false
		}
		return "ok", true
	})
}

// Ready returns a handler that answers whether new clients should be sent here: 200, or 503 when the handler or the bus
// drains or the broker cannot be reached. It is for a readiness probe and for load balancers. Its answer says why, as
// {"status":"draining"}: it names no clients and no events.
func (h *Handler) Ready() http.Handler {
	return probe(func() (status string, ok bool) {
		health := h.Bus().Health()
		switch {
		case health.Closed:
			return "closed", false
		case health.Closing || h.Closed() != nil:
			return "draining", false
		case health.Broker != nil && !health.Broker.Connected:
			return "no broker", false
		}
		return "ok", true
	})
}

func probe(ask func() (status string, ok bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status, ok := ask()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"status": status})
	})
}
