package eventbustest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

func openReference(t testing.TB, b *eventbus.Bus) Transport {
	r, err := NewReference(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReference(t *testing.T) {
	TestSink(t, Features{Emit: true, Resume: true}, openReference)
}

// verdict is a test that writes down whether it failed.
type verdict struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	cleanups []func()
}

func (v *verdict) Helper()           {}
func (v *verdict) Cleanup(fn func()) { v.cleanups = append(v.cleanups, fn) }
func (v *verdict) Errorf(string, ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = true
}
func (v *verdict) Fatalf(format string, args ...any) { v.Errorf(format, args...); runtime.Goexit() }
func (v *verdict) Fatal(args ...any)                 { v.Errorf("%v", args...); runtime.Goexit() }

// fails runs the check of that name on a transport, and reports whether it fails.
func fails(t *testing.T, name string, open func(testing.TB, *eventbus.Bus) Transport) bool {
	i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
	v := &verdict{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, fn := range slices.Backward(v.cleanups) {
				fn()
			}
		}()
		checks[i].run(newSuite(v, 200*time.Millisecond, open))
	}()
	<-done
	return v.failed
}

// broken is a transport with a defect.
type broken struct {
	Transport
	defect  string
	connect func(eventbus.Peer) eventbus.Peer
	conns   int
}

func (b *broken) Connect(peer eventbus.Peer) (Conn, error) {
	if b.connect != nil {
		peer = b.connect(peer)
	}
	b.conns++
	c, err := b.Transport.Connect(peer)
	return &brokenConn{Conn: c, b: b, peer: peer, number: b.conns}, err
}

type brokenConn struct {
	Conn
	b        *broken
	peer     eventbus.Peer
	number   int
	received int
	events   []string
	again    []Message
}

func (c *brokenConn) Listen(event string, keys ...eventbus.Key) error {
	c.events = append(c.events, event)
	if c.b.defect == "ignores keys" {
		keys = nil
	}
	err := c.Conn.Listen(event, keys...)
	if c.b.defect == "refuses nothing" {
		return nil
	}
	return err
}

func (c *brokenConn) Unlisten(event string) error {
	if c.b.defect == "ignores unlisten" {
		return nil
	}
	return c.Conn.Unlisten(event)
}

func (c *brokenConn) Next(ctx context.Context) (Message, error) {
	if len(c.again) > 0 {
		m := c.again[0]
		c.again = c.again[1:]
		return m, nil
	}
	m, err := c.Conn.Next(ctx)
	if err != nil {
		if c.b.defect == "never ends" {
			<-ctx.Done()
			err = ctx.Err()
		}
		return m, err
	}
	c.received++
	odd := c.received%7 == 0 && m.Event != "fence"
	switch {
	case c.b.defect == "loses" && odd, c.b.defect == "forgets stored" && m.Event == "sticky" && c.received < 3,
		c.b.defect == "tells no gap" && m.Gap, c.b.defect == "loses the last" && m.Event == "x":
		return c.Next(ctx)
	case c.b.defect == "doubles" && odd:
		c.again = append(c.again, m)
	case c.b.defect == "reorders" && odd:
		next, err := c.Conn.Next(ctx)
		c.again = append(c.again, m)
		return next, err
	case c.b.defect == "starves" && c.number > 1 && c.received > 500:
		<-ctx.Done()
		return Message{}, ctx.Err()
	}
	return m, nil
}

func (c *brokenConn) Emit(event string, payload []byte, to eventbus.Target) error {
	err := c.Conn.Emit(event, payload, to)
	switch c.b.defect {
	case "acks everything":
		return nil
	case "acks nothing":
		return errors.New("no answer")
	case "echoes":
		c.again = append(c.again, Message{Event: event, JSON: string(payload)})
	}
	return err
}

func (c *brokenConn) Resume() error {
	if c.b.defect != "starts afresh" {
		return c.Conn.Resume()
	}
	c.Conn.Close()
	conn, err := c.b.Transport.Connect(c.peer)
	if err != nil {
		return err
	}
	c.Conn = conn
	for _, e := range c.events {
		if err := conn.Listen(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *brokenConn) Close() {
	if c.b.defect != "never leaves" {
		c.Conn.Close()
	}
}

func TestDefectsAreDetected(t *testing.T) {
	proven := map[string]bool{}
	for defect, check := range map[string]string{
		"loses": "order", "doubles": "order", "reorders": "order", "mistakes the label": "targets", "mistakes the groups": "targets",
		"ignores keys": "keys", "forgets stored": "stored", "ignores unlisten": "unlisten", "starves": "stalled",
		"never leaves": "leave", "refuses nothing": "refusals", "never ends": "shutdown", "loses the last": "shutdown",
		"acks everything": "acks", "acks nothing": "acks", "forgets who": "acks", "echoes": "relays", "starts afresh": "resume", "tells no gap": "gap",
	} {
		proven[check] = true
		t.Run(defect, func(t *testing.T) {
			open := func(t testing.TB, b *eventbus.Bus) Transport {
				under := &broken{Transport: openReference(t, b), defect: defect}
				switch defect {
				case "mistakes the label":
					under.connect = func(p eventbus.Peer) eventbus.Peer { p.Window = "a"; return p }
				case "mistakes the groups":
					under.connect = func(p eventbus.Peer) eventbus.Peer { p.Groups = []string{"g"}; return p }
				case "forgets who":
					under.connect = func(p eventbus.Peer) eventbus.Peer { p.Identity = ""; return p }
				}
				return under
			}
			if !fails(t, check, open) {
				t.Errorf("the check %q passes", check)
			}
			if fails(t, check, openReference) {
				t.Error("the reference fails")
			}
		})
	}
	for _, c := range checks {
		if !proven[c.name] {
			t.Errorf("no defect proves the check %q", c.name)
		}
	}
}
