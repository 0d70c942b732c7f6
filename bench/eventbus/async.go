package main

import (
	"context"
	"strconv"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/asaskevich/EventBus"
	"github.com/cskr/pubsub/v2"
	kelindar "github.com/kelindar/event"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// queue is the length of each listener's queue, where it can be set.
const queue = 1024

// asyncBus opens a bus with the goal's listeners, each of which is called elsewhere than in the
// emitter.
type asyncBus struct {
	name string
	open func(g *goal) (emit func(count int), end func(), err error)
}

var asyncBuses = []asyncBus{
	{"a channel for each listener", asyncChannels},
	{ours, asyncOurs},
	{"kelindar/event 1.5.2 (polls every ms)", asyncKelindar},
	{"cskr/pubsub 2.0.2", asyncCskr},
	{"watermill 1.5.1 gochannel", asyncWatermill},
	{"asaskevich/EventBus", asyncAsaskevich},
}

func asyncChannels(g *goal) (func(int), func(), error) {
	channels := make([]chan reading, len(g.listeners))
	for i := range channels {
		channels[i] = make(chan reading, queue)
		go func() {
			for range channels[i] {
				g.hit(i)
			}
		}()
	}
	emit := func(count int) {
		for range count {
			for _, c := range channels {
				c <- payload
			}
		}
	}
	return emit, func() {
		for _, c := range channels {
			close(c)
		}
	}, nil
}

func asyncOurs(g *goal) (func(int), func(), error) {
	event := eventbus.Define(eventdef.Definition[reading]{Name: "reading"})
	b, end, err := newBus(event)
	if err != nil {
		return nil, nil, err
	}
	for i := range g.listeners {
		event.Listen(b, func(context.Context, reading) error { g.hit(i); return nil }, eventbus.Async(queue, eventbus.Block))
	}
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = event.Emit(ctx, b, payload)
		}
	}, end, nil
}

type kelindarReading struct{ reading }

// Type is what kelindar/event tells events apart by.
func (kelindarReading) Type() uint32 { return 1 }

func asyncKelindar(g *goal) (func(int), func(), error) {
	d := kelindar.NewDispatcher()
	for i := range g.listeners {
		kelindar.Subscribe(d, func(kelindarReading) { g.hit(i) })
	}
	return func(count int) {
		for range count {
			kelindar.Publish(d, kelindarReading{payload})
		}
	}, func() { _ = d.Close() }, nil
}

func asyncCskr(g *goal) (func(int), func(), error) {
	ps := pubsub.New[string, reading](queue)
	for i := range g.listeners {
		c := ps.Sub("reading")
		go func() {
			for range c {
				g.hit(i)
			}
		}()
	}
	return func(count int) {
		for range count {
			ps.Pub(payload, "reading")
		}
	}, ps.Shutdown, nil
}

func asyncWatermill(g *goal) (func(int), func(), error) {
	ps := gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: queue}, watermill.NopLogger{})
	for i := range g.listeners {
		messages, err := ps.Subscribe(context.Background(), "reading")
		if err != nil {
			return nil, nil, err
		}
		go func() {
			for m := range messages {
				g.hit(i)
				m.Ack()
			}
		}()
	}
	body := make([]byte, 40)
	return func(count int) {
		for range count {
			_ = ps.Publish("reading", message.NewMessage("id", body))
		}
	}, func() { _ = ps.Close() }, nil
}

func asyncAsaskevich(g *goal) (func(int), func(), error) {
	b := EventBus.New()
	for i := range g.listeners {
		if err := b.SubscribeAsync("reading", func(reading) { g.hitMixed(i) }, false); err != nil {
			return nil, nil, err
		}
	}
	return func(count int) {
		for range count {
			b.Publish("reading", payload)
		}
	}, b.WaitAsync, nil
}

func key(i int) string { return "listener-" + strconv.Itoa(i) }
