package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// newNode returns a place that is a node of the network.
func newNode(t *testing.T, network *eventbustest.Network, name string, opts ...Option) *place {
	t.Helper()
	return newPlace(t, []eventbus.Option{
		eventbus.WithBroker(network.Broker()), eventbus.WithKey(keyA), eventbus.WithNode(name),
	}, append([]Option{WithDrain(0)}, opts...)...)
}

// What became of an emit is asked where it ran.
func TestGuarantee24OutcomesComeAlong(t *testing.T) {
	for name, network := range map[string]*eventbustest.Network{"log": eventbustest.NewLogNetwork(), "no log": eventbustest.NewNetwork()} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				a, b := newNode(t, network, "a"), newNode(t, network, "b")
				var mu sync.Mutex
				var ran []string
				entered, leave := make(chan struct{}), make(chan struct{})
				goOn := sync.OnceFunc(func() { close(leave) })
				t.Cleanup(goOn)
				for _, n := range []*place{a, b} {
					ask.Listen(n.bus, func(_ context.Context, p progress) error {
						mu.Lock()
						ran = append(ran, fmt.Sprint(p.N, " at ", n.bus.Node()))
						mu.Unlock()
						switch p.N {
						case 2:
							return eventbus.Reject("no", "not so")
						case 3:
							close(entered)
							<-leave
						}
						return nil
					})
				}
				pg := a.open(`{"listen":{}}`)
				for id := 1; id <= 3; id++ {
					pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"x","n":%d}}`, id, id))
				}
				<-entered
				back := b.open(strings.Replace(pg.resume(`{}`, 0), `"seq"`, `"sent":4,"seq"`, 1))
				for id := 1; id <= 4; id++ {
					back.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"x","n":%d}}`, id, id))
				}
				back.want(`{"ack":1}`, `{"ack":2,"error":{"code":"no","message":"not so"}}`,
					`{"ack":3,"error":{"code":"outcome_unknown","message":"it may have run, and its outcome is not known here"}}`,
					`{"ack":4}`) // which never got there
				goOn()
				pg.send(`{"emit":"ask","id":5,"payload":{"id":"x","n":5}}`) // to where it no longer is
				synctest.Wait()
				mu.Lock()
				defer mu.Unlock()
				if want := []string{"1 at a", "2 at a", "3 at a", "4 at b"}; !slices.Equal(ran, want) {
					t.Errorf("ran %q, want %q", ran, want)
				}
			})
		})
	}
}

// What a node still holds of a session that has been elsewhere since says nothing of the emits that ran there, however
// many connections it has had of which the page never heard.
func TestGuarantee24WhatIsLeftBehind(t *testing.T) {
	for unheard := range 3 {
		t.Run(fmt.Sprint(unheard), func(t *testing.T) { testLeftBehind(t, unheard) })
	}
}

func testLeftBehind(t *testing.T, unheard int) {
	bubble(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		a, b := newNode(t, network, "a"), newNode(t, network, "b")
		ran := make(chan string, 10)
		for _, n := range []*place{a, b} {
			ask.Listen(n.bus, func(_ context.Context, p progress) error {
				ran <- fmt.Sprint(p.N, " at ", n.bus.Node())
				return nil
			})
		}
		first := a.open(`{"listen":{}}`)
		first.cut()
		for range unheard {
			synctest.Wait()
			a.open(first.resume(`{}`, 0)).cut()
		}
		synctest.Wait()
		network.Cut("a", true) // which hears nothing of what follows
		second := b.open(first.resume(`{}`, 0))
		second.send(`{"emit":"ask","id":1,"payload":{"id":"x","n":1}}`)
		second.want(`{"ack":1}`)
		second.cut()
		synctest.Wait()
		third := a.open(strings.Replace(second.resume(`{}`, 0), `"seq"`, `"sent":1,"seq"`, 1))
		third.send(`{"emit":"ask","id":1,"payload":{"id":"x","n":1}}`)
		third.want(`{"ack":1,"error":{"code":"outcome_unknown","message":"it may have run, and its outcome is not known here"}}`)
		if third.welcome["session"] != first.welcome["session"] || len(ran) != 1 || <-ran != "1 at b" {
			t.Errorf("it ran more than once, or the session is another: %v", third.welcome)
		}
		network.Cut("a", false)
	})
}

// During a deployment two contracts of one event meet. What comes of the other one a page gets, or is told of.
func TestGuarantee07TwoContractsMeet(t *testing.T) {
	other := eventbus.Define(eventdef.Definition[int]{Name: "tick", Contract: "c1"})
	for policy, want := range map[StalePolicy]string{
		WarnStale: `{"event":"tick","payload":2}`, AllowStale: `{"event":"tick","payload":2}`, RefuseStale: `{"gap":{"events":{"tick":1}}}`,
	} {
		for _, target := range []eventbus.Target{eventbus.All, eventbus.Window("w")} {
			bubble(t, func(t *testing.T) {
				network := eventbustest.NewLogNetwork()
				a := newPlace(t, []eventbus.Option{
					eventbus.WithBroker(network.Broker()), eventbus.WithKey(keyA), eventbus.WithNode("a"),
					eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {}), // which is told of the contract
				}, WithDrain(0), WithStale(policy))
				b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(other)), eventbus.WithBroker(network.Broker()),
					eventbus.WithKey(keyA), eventbus.WithNode("b"))
				noError(t, err)
				defer func() { noError(t, b.Close(background)) }()
				pg := a.open(`{"window":"w","listen":{"tick":{"contract":"c0"}}}`)
				noError(t, tick.EmitTo(background, a.bus, target, 1))
				pg.want(`{"event":"tick","payload":1}`)
				time.Sleep(time.Second) // the other node knows the page
				noError(t, other.EmitTo(background, b, target, 2))
				pg.want(want)
				if policy == RefuseStale {
					pg.next() // the position
				}
				noError(t, tick.EmitTo(background, a.bus, target, 3))
				pg.want(`{"event":"tick","payload":3}`)
			})
		}
	}
}
