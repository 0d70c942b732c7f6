package main

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/examples/dashboard/plant"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

// overrun emits so many events each second, until ctx is done.
func overrun(ctx context.Context, bus *eventbus.Bus, perSecond int) {
	if perSecond <= 0 {
		return
	}
	const every = 10 * time.Millisecond
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	emitting := context.WithoutCancel(ctx)
	began, emitted := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			for due := int(now.Sub(began).Seconds() * float64(perSecond)); emitted < due; emitted++ {
				_ = plant.EmitSession(emitting, bus, plant.SignedIn{User: "load", Desk: int32(emitted)}) // the bus may have closed
			}
		}
	}
}
