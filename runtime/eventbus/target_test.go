package eventbus

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestTargetsSurviveTheWire(t *testing.T) {
	for _, to := range []Target{
		All, Window("a"), Window(""), Windows("a", "b"), Windows(), Group("g"), Except(Group("g")), Except(Except(Window("a"))),
		Where(func(p Peer) bool { return p.ID == "1" }).resolve([]Peer{{ID: "1"}, {ID: "2"}}),
	} {
		text, err := json.Marshal(to)
		noError(t, err)
		var back Target
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
		var to Target
		if err := to.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is %v", text, to)
		}
	}
}
