package eventbus_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
)

// wire is a member of a network that is no bus: it writes down what nodes publish, and forges it.
type wire struct {
	broker.Broker
	mu     sync.Mutex
	bodies [][]byte
}

func tap(t *testing.T, n *eventbustest.Network) *wire {
	t.Helper()
	w := &wire{Broker: n.Broker()}
	noError(t, w.Start(context.Background(), broker.Node{
		Name: "wire", Run: "wire", Linked: func(bool) {},
		Receive: func(body []byte) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.bodies = append(w.bodies, body)
		},
		Serve: func(context.Context, []byte) []byte { return nil },
	}))
	t.Cleanup(func() { noError(t, w.Close(context.Background())) })
	return w
}

// forge publishes the newest message that holds the text, with another one in its place and a later number.
func (w *wire) forge(t *testing.T, old, replacement string) {
	t.Helper()
	w.mu.Lock()
	bodies := w.bodies
	w.mu.Unlock()
	for _, body := range slices.Backward(bodies) {
		if i := bytes.Index(body, []byte(old)); i >= 0 {
			forged := slices.Replace(slices.Clone(body), i, i+len(old), []byte(replacement)...)
			forged[headLen(forged)-1]++ // its number
			noError(t, w.Publish(context.Background(), forged))
			return
		}
	}
	t.Fatalf("no node published %q", old)
}

// headLen returns how long the head of a message is.
func headLen(body []byte) int {
	at := len("egn1")
	for range 2 {
		at += 1 + int(body[at])
	}
	return at + 1
}
