package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/eventgen/eventgen/examples/quickstart/download"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

const (
	chunkSize = 16 << 10
	restAfter = 3 * time.Second
)

var sizes = map[string]uint64{"debian.iso": 96 << 20, "go.tar.gz": 56 << 20, "photos.zip": 140 << 20}

// manager pretends to download files, over and over.
type manager struct {
	bus   *eventbus.Bus
	every time.Duration // between two chunks of a download

	mu      sync.Mutex
	chunks  uint64
	cancels map[string]context.CancelCauseFunc // of the downloads that run
	starts  map[string]chan struct{}
}

// cancelledBy is why a download was cancelled: the label of a window.
type cancelledBy string

func (c cancelledBy) Error() string { return "cancelled by " + string(c) }

func newManager(bus *eventbus.Bus, every time.Duration) *manager {
	m := &manager{bus: bus, every: every, cancels: map[string]context.CancelCauseFunc{}, starts: map[string]chan struct{}{}}
	for id := range sizes {
		m.starts[id] = make(chan struct{}, 1)
	}
	download.CancelEvent.ListenMeta(bus, func(_ context.Context, c download.Cancel, meta eventbus.Meta) error {
		return m.cancel(c.ID, meta.Peer.Window)
	})
	download.OnStart(bus, func(_ context.Context, s download.Start) error { return m.start(s.ID) })
	return m
}

// run downloads until ctx is done.
func (m *manager) run(ctx context.Context) {
	var all sync.WaitGroup
	for id, total := range sizes {
		all.Go(func() {
			for ctx.Err() == nil {
				m.download(ctx, id, total)
				m.rest(ctx, id)
			}
		})
	}
	all.Wait()
}

func (m *manager) download(ctx context.Context, id string, total uint64) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m.mu.Lock()
	m.cancels[id] = cancel
	m.mu.Unlock()

	emitting := context.WithoutCancel(ctx)
	ticker := time.NewTicker(m.every)
	defer ticker.Stop()
	for current := uint64(0); current < total; {
		select {
		case <-ticker.C:
			current += m.chunk(emitting, id, current, total)
		case <-ctx.Done():
			m.forget(id)
			if by, ok := context.Cause(ctx).(cancelledBy); ok {
				m.say(emitting, "download of %s was cancelled", id)
				_ = download.EmitEnd(emitting, m.bus, download.Cancelled{ID: id, By: string(by)})
			}
			return
		}
	}
	m.forget(id)
	m.say(emitting, "download of %s is complete", id)
	_ = download.EmitEnd(emitting, m.bus, download.Completed{ID: id, Path: "/srv/" + id})
}

// chunk lets one chunk arrive, and returns its size.
func (m *manager) chunk(ctx context.Context, id string, current, total uint64) uint64 {
	size := min(chunkSize+rand.Uint64N(3*chunkSize), total-current)
	speed := float64(size) * 8 / 1e6 / m.every.Seconds()

	// One lock around both, so that chunks are emitted in the order of their numbers.
	m.mu.Lock()
	m.chunks++
	number := m.chunks
	_ = download.EmitChunk(ctx, m.bus, download.Chunk{ID: id, Number: number, Bytes: int(size)})
	m.mu.Unlock()

	_ = download.EmitEmitted(ctx, m.bus, download.Emitted{Chunks: number})
	_ = download.EmitProgress(ctx, m.bus, download.Progress{ID: id, Current: current + size, Total: total, SpeedMbps: &speed})
	if number%40 == 0 {
		m.say(ctx, "chunk %d belongs to %s", number, id)
	}
	return size
}

func (m *manager) say(ctx context.Context, format string, args ...any) {
	_ = download.EmitLogLine(ctx, m.bus, time.Now().Format(time.TimeOnly)+"  "+fmt.Sprintf(format, args...))
}

// rest waits until a window starts the download again, or for a while.
func (m *manager) rest(ctx context.Context, id string) {
	select {
	case <-m.starts[id]:
	case <-time.After(restAfter):
	case <-ctx.Done():
	}
}

func (m *manager) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.cancels, id)
}

func (m *manager) cancel(id, window string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	cancel := m.cancels[id]
	if cancel == nil {
		return eventbus.Reject("not_running", id+" is not being downloaded")
	}
	cancel(cancelledBy(window))
	return nil
}

func (m *manager) start(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	start := m.starts[id]
	switch {
	case start == nil:
		return eventbus.Reject("no_such_file", "there is no file "+id)
	case m.cancels[id] != nil:
		return eventbus.Reject("running", id+" is being downloaded already")
	}
	select {
	case start <- struct{}{}:
	default: // asked for already
	}
	return nil
}
