package broker_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestEnvelopesOnTheWire(t *testing.T) {
	want := &broker.Envelope{
		Kind: broker.KindEvent, Node: "n", Event: "e", Contract: "c", Key: eventdef.StringKey("k"),
		Target: json.RawMessage(`{"window":"w"}`), Batch: 2, Payload: []byte(`[1,2]`), Time: time.Unix(1, 0).UTC(),
		Peer: json.RawMessage(`{"id":"p"}`), Peers: []json.RawMessage{json.RawMessage(`{"id":"q"}`)}, Left: []string{"r"},
		Keys: []eventdef.Key{eventdef.IntKey(1)},
	}
	text, err := want.AppendJSON([]byte("before "))
	if err != nil || string(text[:7]) != "before " {
		t.Fatalf("got %s, %v", text, err)
	}
	got, err := broker.ParseEnvelope(text[7:])
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := broker.ParseEnvelope([]byte("{")); err == nil {
		t.Error("half an envelope was read")
	}
}
