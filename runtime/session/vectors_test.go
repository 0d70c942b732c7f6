package session

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// TestServerVectors writes the frames of the vectors as the server does.
func TestServerVectors(t *testing.T) {
	text, err := os.ReadFile("../../testdata/wire/protocol.json")
	noError(t, err)
	var vectors []struct {
		Name  string
		Frame json.RawMessage
	}
	noError(t, json.Unmarshal(text, &vectors))
	frames := map[string]json.RawMessage{}
	for _, v := range vectors {
		frames[v.Name] = v.Frame
	}
	n := uint64(31)
	for name, got := range map[string][]byte{
		"welcome with all members": appendWelcome(nil, welcome{
			Peer: "p2", Session: "s1", Ticket: "t1", Epoch: "e1", At: 41, Resumed: true, ExpiresIn: 3600,
			Heartbeat: (12500 * time.Millisecond).Seconds(), Max: 69632,
			Refused: map[string]wireError{"admin:audit": {Code: "forbidden", Message: "not for you"}},
		}),
		"ack": appendAck(nil, 7, nil),
		"ack with an error": appendAck(nil, 8, &wireError{
			Code: eventbus.CodeInvalidPayload, Message: "must be at least 0", Path: "/items/3/count",
		}),
		"ack of a listen, in part refused": appendListening(nil, 3, 45, map[string]wireError{"admin:audit": {Code: "forbidden"}}),
		"gap":                              appendGap(nil, map[string]*uint64{"log:line": &n, "app:event": nil}),
		"stale":                            appendStale(nil, map[string]string{"download:progress": "7be1a900"}),
		"refused later":                    appendRefused(nil, map[string]wireError{"download:progress": {Code: "forbidden"}}),
		"auth answered":                    appendAuth(nil, 1800),
		"heartbeat":                        appendAt(nil, 9041),
	} {
		var is, want any
		noError(t, json.Unmarshal(got, &is))
		if err := json.Unmarshal(frames[name], &want); err != nil || !reflect.DeepEqual(is, want) {
			t.Errorf("%s: got %s, want %s", name, got, frames[name])
		}
	}
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../../testdata/wire/protocol.json")
	noError(t, err)
	var vectors []struct {
		Name, From string
		Frame      json.RawMessage
		Close      int
	}
	noError(t, json.Unmarshal(text, &vectors))
	seen := 0
	for _, v := range vectors {
		if v.From != "page" {
			continue
		}
		seen++
		frames, err := parseMessage(v.Frame)
		if (err != nil) != (v.Close == 4400) {
			t.Errorf("%s: %v", v.Name, err)
		}
		if err == nil && len(frames) != 1 {
			t.Errorf("%s: %d frames", v.Name, len(frames))
		}
	}
	if seen == 0 {
		t.Error("no vector of a page")
	}
}
