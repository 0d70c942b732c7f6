package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/examples/quickstart/download"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

func TestDownloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus, err := eventbus.New(eventbus.WithCatalog(download.Events))
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		progress := map[string][]uint64{}
		chunks := map[string]int{}
		var ends []download.End
		download.OnProgress(bus, func(_ context.Context, p download.Progress) error {
			mu.Lock()
			defer mu.Unlock()
			progress[p.ID] = append(progress[p.ID], p.Current)
			return nil
		})
		download.OnChunk(bus, func(_ context.Context, c download.Chunk) error {
			mu.Lock()
			defer mu.Unlock()
			chunks[c.ID]++
			return nil
		})
		download.OnEnd(bus, func(_ context.Context, end download.End) error {
			mu.Lock()
			defer mu.Unlock()
			ends = append(ends, end)
			if done, ok := end.(download.Completed); ok {
				seen := progress[done.ID]
				if last := seen[len(seen)-1]; last != sizes[done.ID] {
					t.Errorf("%s is complete, and its last progress was %d of %d", done.ID, last, sizes[done.ID])
				}
			}
			return nil
		})

		m := newManager(bus, 8*time.Millisecond)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.run(ctx) })
		time.Sleep(time.Second)
		if err := m.start("debian.iso"); publicCode(err) != "running" {
			t.Errorf("starting what runs: %v", err)
		}
		if err := m.cancel("debian.iso", "left"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if err := m.cancel("debian.iso", "left"); publicCode(err) != "not_running" {
			t.Errorf("cancelling what does not run: %v", err)
		}
		if err := m.start("nothing"); publicCode(err) != "no_such_file" {
			t.Errorf("starting what is not there: %v", err)
		}
		time.Sleep(time.Minute)
		cancel()
		running.Wait()
		if err := bus.Close(t.Context()); err != nil {
			t.Error(err)
		}

		if first, ok := ends[0].(download.Cancelled); !ok || first.ID != "debian.iso" || first.By != "left" {
			t.Errorf("first came %+v", ends[0])
		}
		if len(ends) < 6 {
			t.Errorf("%d downloads have ended in a minute", len(ends))
		}
		// 125 chunks a second, and at most ten deliveries of progress beside what ends flush.
		for id := range sizes {
			if got := len(progress[id]); got > 62*10+len(ends)+1 || chunks[id] < 8*got {
				t.Errorf("%s: %d chunks, %d deliveries of progress", id, chunks[id], got)
			}
		}
	})
}

func publicCode(err error) eventbus.Code {
	var e *eventbus.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestHandlerServesThePage(t *testing.T) {
	bus, err := eventbus.New(eventbus.WithCatalog(download.Events))
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close(t.Context())
	if _, err := newHandler(bus); err != nil {
		t.Error(err) // esbuild says what is wrong with the page
	}
}
