package eventbus_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestTargetsSurviveTheWire(t *testing.T) {
	for _, to := range []eventbus.Target{
		eventbus.All, eventbus.Window("a"), eventbus.Window(""), eventbus.Windows("a", "b"), eventbus.Windows(), eventbus.Group("g"), eventbus.Except(eventbus.Group("g")), eventbus.Except(eventbus.Except(eventbus.Window("a"))),
		port.Resolve(eventbus.Where(func(p eventbus.Peer) bool { return p.ID == "1" }), []eventbus.Peer{{ID: "1"}, {ID: "2"}}),
	} {
		text, err := json.Marshal(to)
		noError(t, err)
		var back eventbus.Target
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, to) {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
}

// A target comes from windows too: its names are what they are, and come once.
func TestTargetNamesAreExact(t *testing.T) {
	for _, text := range []string{
		`{"Window":"a"}`, `{"window":"a","WINDOW":"b"}`, `{"window":"a","window":"b"}`, `{"window":"a","x":1}`, `{"window":null}`,
		`{"window":7}`, `{"windows":"a"}`, `{"windows":[7]}`, `{"window":"a","group":"g"}`, `{}`, `[]`, `null`, `{"all":false}`,
		`{"except":{}}`, `{"except":{"except":{"except":{"except":{"except":{"except":{"all":true}}}}}}}`,
	} {
		var to eventbus.Target
		if err := to.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is %v", text, to)
		}
	}
}
