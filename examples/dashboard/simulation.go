package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/eventgen/eventgen/examples/dashboard/plant"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

const readEvery = 20 * time.Millisecond

// simulation stands for a plant: sensors that drift, a log that talks and operators that come
// and go.
type simulation struct {
	bus *eventbus.Bus

	mu     sync.Mutex
	alarms map[string]plant.State
}

var sensors = []struct {
	name          string
	base, swing   float64
	period, limit float64
}{
	{"boiler", 82, 9, 17, 90},
	{"condenser", 31, 3, 23, 36},
	{"inlet", 12, 2, 41, 18},
	{"turbine", 64, 7, 11, 70.5},
}

func newSimulation(bus *eventbus.Bus) *simulation {
	s := &simulation{bus: bus, alarms: map[string]plant.State{}}
	plant.OnAcknowledge(bus, func(ctx context.Context, a plant.Acknowledge) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.alarms[a.Sensor] != plant.StateRaised {
			return eventbus.Reject("no_alarm", a.Sensor+" has no alarm to acknowledge")
		}
		return s.setAlarm(ctx, a.Sensor, plant.StateAcknowledged)
	})
	return s
}

// run goes on until ctx is done.
func (s *simulation) run(ctx context.Context) {
	emitting := context.WithoutCancel(ctx)
	start := time.Now()
	ticker := time.NewTicker(readEvery)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			s.measure(emitting, now.Sub(start).Seconds())
			if n%15 == 0 {
				s.log(emitting, n)
			}
			if n%180 == 0 {
				s.operate(emitting, n/180)
			}
		}
	}
}

func (s *simulation) measure(ctx context.Context, t float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sensor := range sensors {
		celsius := sensor.base + sensor.swing*math.Sin(2*math.Pi*t/sensor.period) + rand.NormFloat64()*0.35
		celsius = math.Round(celsius*100) / 100
		_ = plant.EmitReading(ctx, s.bus, plant.Reading{Sensor: sensor.name, Celsius: celsius, Limit: sensor.limit})
		switch state := s.alarms[sensor.name]; {
		case celsius > sensor.limit && (state == "" || state == plant.StateQuiet):
			_ = s.setAlarm(ctx, sensor.name, plant.StateRaised)
		case celsius < sensor.limit-2 && state != "" && state != plant.StateQuiet:
			_ = s.setAlarm(ctx, sensor.name, plant.StateQuiet)
		}
	}
}

// setAlarm is called with the lock held, so that an alarm's states are emitted in their order.
func (s *simulation) setAlarm(ctx context.Context, sensor string, state plant.State) error {
	s.alarms[sensor] = state
	level := plant.LevelInfo
	if state == plant.StateRaised {
		level = plant.LevelWarn
	}
	_ = plant.EmitLine(ctx, s.bus, plant.Line{Level: level, Text: stamp() + "alarm of " + sensor + ": " + string(state)})
	return plant.EmitAlarm(ctx, s.bus, plant.Alarm{Sensor: sensor, State: state})
}

func (s *simulation) log(ctx context.Context, n int) {
	for range 1 + rand.IntN(3) {
		_ = plant.EmitLine(ctx, s.bus, plant.Line{Level: plant.LevelInfo, Text: fmt.Sprintf("%svalve %d at %d %%", stamp(), 1+rand.IntN(12), n%101)})
	}
}

// operate lets the next thing happen of a day that repeats itself.
func (s *simulation) operate(ctx context.Context, n int) {
	day := []plant.Session{
		plant.SignedIn{User: "ada", Desk: 1},
		plant.SignedIn{User: "linus", Desk: 4},
		plant.SignedOut{User: "ada"},
		plant.Locked{User: "mona", Attempts: 3},
		plant.SignedIn{User: "grace", Desk: 2},
		plant.SignedOut{User: "linus"},
		plant.SignedOut{User: "grace"},
	}
	_ = plant.EmitSession(ctx, s.bus, day[n%len(day)])
}

func stamp() string { return time.Now().Format("15:04:05.000  ") }
