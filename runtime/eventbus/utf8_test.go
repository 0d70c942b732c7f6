package eventbus_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// raw is a payload whose codec is written by hand: it passes on whatever it is given.
func raw(name string, d eventdef.Definition[string]) *eventbus.Event[string] {
	d.Name = name
	d.Encode = func(dst []byte, text *string) ([]byte, error) { return append(dst, *text...), nil }
	d.Decode = func(text []byte, into *string) error { *into = string(text); return nil }
	return eventbus.Define(d)
}

const notUTF8 = "\"\xff\""

// A text that is not UTF-8 would end the connection of every window that gets it, and again when it resumes.
func TestGuarantee27TheLogIsUTF8(t *testing.T) {
	plain, sticky := raw("plain", eventdef.Definition[string]{}), raw("sticky", eventdef.Definition[string]{Sticky: true})
	batch := raw("batch", eventdef.Definition[string]{Batch: 2})
	relayed := raw("relayed", eventdef.Definition[string]{From: eventdef.FromClient, Relay: true})
	own := eventbus.Define(eventdef.Definition[json.RawMessage]{Name: "own"})
	b, f := newBus(t, events(plain, sticky, batch, relayed, own))
	p, _ := attach(t, b)
	from, peer := join(t, p, eventbus.Peer{Window: "from"}), join(t, p, eventbus.Peer{Window: "to"})
	noError(t, sticky.Emit(background, b, notUTF8)) // before anybody listens
	var subs []*port.Subscription
	for _, event := range []string{"plain", "sticky", "batch", "relayed", "own"} {
		s := listen(t, p, peer, event)
		if len(s.Values) > 0 {
			t.Errorf("%s: a kept value that is not UTF-8", event)
		}
		subs = append(subs, s)
	}
	f.want(t, "the kept value", eventbus.CodeEncode)
	noError(t, plain.Emit(background, b, notUTF8))
	noError(t, sticky.Emit(background, b, notUTF8))
	noError(t, own.Emit(background, b, json.RawMessage(notUTF8)))
	f.want(t, "three emits", eventbus.CodeEncode, eventbus.CodeEncode, eventbus.CodeEncode)
	noError(t, batch.Emit(background, b, notUTF8))
	noError(t, batch.Emit(background, b, "1"))
	f.want(t, "one of a batch", eventbus.CodeEncode)
	wantCode(t, p.Emit(background, from, port.Incoming{Event: "relayed", Payload: []byte(notUTF8), To: eventbus.Window("to")}), eventbus.CodeInvalidPayload)
	noError(t, p.Emit(background, from, port.Incoming{Event: "relayed", Payload: []byte(`"ä"`), To: eventbus.Window("to")}))
	wantFrames(t, "the log", frames(t, p, 0, subs...), "[1]", `"ä"`)

	strict, _ := newBus(t, events(plain), eventbus.WithStrictEmit())
	wantCode(t, plain.Emit(background, strict, notUTF8), eventbus.CodeEncode)
}

// What another node sends is not trusted to be UTF-8 either.
func TestGuarantee27NodesSendUTF8(t *testing.T) {
	bubble(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		plain := raw("plain", eventdef.Definition[string]{Contract: "c"})
		there, _ := newBus(t, events(plain), eventbus.WithNode("there"), eventbus.WithKey(clusterKey), eventbus.WithBroker(network.Broker()))
		here, f := newBus(t, events(plain), eventbus.WithNode("here"), eventbus.WithKey(clusterKey), eventbus.WithBroker(network.Broker()))
		p, _ := attach(t, here)
		s := listen(t, p, join(t, p, eventbus.Peer{}), "plain")
		wire := tap(t, network)
		noError(t, plain.Emit(background, there, `"AA"`))
		synctest.Wait()
		wire.forge(t, "AA", "A\xff")
		synctest.Wait()
		wantFrames(t, "the log", frames(t, p, 0, s), `"AA"`)
		f.want(t, "the envelope", eventbus.CodeInvalidPayload)
	})
}
