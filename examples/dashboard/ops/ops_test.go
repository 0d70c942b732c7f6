// Package ops holds the dashboard and the alerts to what the example's endpoint shows.
package ops

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"
)

// shown are the metrics that Prometheus gets of otelevents.
var shown = []string{
	"eventgen_clients", "eventgen_clients_io_bytes_total", "eventgen_clients_lag", "eventgen_clients_lag_time_seconds",
	"eventgen_clients_missed_total", "eventgen_clients_missed_unknown_total", "eventgen_connections_closed_total",
	"eventgen_connections_left_total", "eventgen_connections_refused_total", "eventgen_event_client_refused_total",
	"eventgen_event_coalesced_total", "eventgen_event_failed_total", "eventgen_event_log_size_bytes_total",
	"eventgen_event_overflowed_total", "eventgen_event_queued", "eventgen_event_received_total", "eventgen_event_refused_total",
	"eventgen_event_skipped_total", "eventgen_event_waiting", "eventgen_sessions_total", "messaging_client_consumed_messages_total",
	"messaging_client_sent_messages_total", "messaging_process_duration_seconds_bucket",
}

var metric = regexp.MustCompile(`\b(?:eventgen|messaging)_[a-z_]+(?:\{|\[|\b)`)

func TestTheDashboardAndTheAlertsAskForWhatIsShown(t *testing.T) {
	for _, file := range []string{"grafana.json", "alerts.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if file == "grafana.json" && !json.Valid(text) {
			t.Error("grafana.json is no JSON")
		}
		found := 0
		for _, name := range metric.FindAllString(string(text), -1) {
			name = regexp.MustCompile(`[{\[]$`).ReplaceAllString(name, "")
			if name == "messaging_destination_name" {
				continue
			}
			if found++; !slices.Contains(shown, name) {
				t.Errorf("%s asks for %s, which nothing shows", file, name)
			}
		}
		if found == 0 {
			t.Errorf("%s asks for nothing", file)
		}
	}
}

func TestTheAlertsByPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("there is no promtool: make deps installs it")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts_test.yaml"}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
