package session

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Names of members are what they are, and come once.
func TestNamesAreExact(t *testing.T) {
	for text, good := range map[string]bool{
		`{"emit":"ask","id":1}`:                                                    true,
		`{"\u0065mit":"ask","\u0069d":1}`:                                          true,
		` [ { "emit" : "ask" , "id" : 1 } ] `:                                      true,
		`{"emit":"ask","id":1,"EMIT":"tick","Id":[],"x":{}}`:                       true, // which are other members, unknown ones
		`{"emit":"ask","id":1,"to":null,"auth":null}`:                              true,
		"{\n\"id\"\t:\r1\n,\"x\":2\t,\"y\":3\r,\"emit\":\"ask\"\n}":                true,
		`{"EMIT":"ask","id":1}`:                                                    false,
		`{"emit":"ask","ID":1}`:                                                    false,
		`{"ＥＭＩＴ":"ask","id":1}`:                                                    false,
		`{"unli\u017ften":[],"id":1}`:                                              false, // which encoding/json takes to be unlisten
		`{"emit":"ask","emit":"ask","id":1}`:                                       false,
		`{"emit":"ask","id":1,"\u0069d":1}`:                                        false,
		`{"emit":"ask","id":1,"x":1,"x":2}`:                                        false,
		`{"emit":null,"emit":"ask","id":1}`:                                        false,
		`{"listen":{"tick":{},"tick":{"keys":["a"]}},"id":1}`:                      false,
		`{"listen":{"tick":{"keys":["a"],"keys":["b"]}},"id":1}`:                   false,
		`{"hello":{"listen":{},"resume":{"ticket":"a","ticket":"b","epoch":"e"}}}`: false,
		`{"listen":{"tick":null},"id":1}`:                                          true,
		`{"listen":{"tick":[]},"id":1}`:                                            false,
		`{"listen":[],"id":1}`:                                                     false,
		`{"hello":[]}`:                                                             false,
		`{"hello":{"resume":7}}`:                                                   false,
		`{"emit":7,"id":1}`:                                                        false,
		`{"emit":"ask","id":1.5}`:                                                  false,
		`{"emit":"ask","id":-1}`:                                                   false,
		`[]`:                                                                       false,
		`[7]`:                                                                      false,
		`[{"emit":"ask","id":1},null]`:                                             false,
		`{"emit":"ask","id":1}{}`:                                                  false,
		`{"emit":"ask","id":1`:                                                     false,
		``:                                                                         false,
		` `:                                                                        false,
		`7`:                                                                        false,
	} {
		if _, err := parseMessage([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
	frames, err := parseMessage([]byte(`{"hello":{"Window":"x","window":"main","LISTEN":{"tick":{}},"listen":{"Tick":{"Keys":[1],"contract":"c"}}}}`))
	noError(t, err)
	want := &Hello{Window: "main", Listen: map[string]interest{"Tick": {Contract: "c"}}}
	if !reflect.DeepEqual(frames[0].Hello, want) {
		t.Errorf("got %+v", frames[0].Hello)
	}
}

func FuzzMembers(f *testing.F) {
	for _, text := range []string{
		`{}`, ` { } `, `[]`, `{"a":1,"b":{"c":[1,{"d":"}]\""}]},"e":"\\","":null}`, `[1,"]",[[]],{},true , false,-1.5e3]`, `{"a" : 1 , "b":[ ] }`, `"\"`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.TrimLeft(text, " \t\r\n")
		if !json.Valid([]byte(text)) {
			return
		}
		switch text[0] {
		case '{':
			var want map[string]json.RawMessage
			noError(t, json.Unmarshal([]byte(text), &want))
			got := map[string]json.RawMessage{}
			for quoted, value := range members([]byte(text)) {
				var name string
				noError(t, json.Unmarshal(quoted, &name))
				got[name] = value
			}
			if !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
				t.Errorf("%s: got %q, want %q", text, got, want)
			}
		case '[':
			var want []json.RawMessage
			noError(t, json.Unmarshal([]byte(text), &want))
			got := slices.Collect(elements([]byte(text)))
			if !slices.EqualFunc(got, want, func(a []byte, b json.RawMessage) bool { return string(a) == string(b) }) {
				t.Errorf("%s: got %q, want %q", text, got, want)
			}
		}
	})
}
