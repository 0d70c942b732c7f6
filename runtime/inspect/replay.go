package inspect

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/inspect/wire"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// ReplayOption configures [Replay].
type ReplayOption func(*replaying)

type replaying struct{ timed bool }

// InTime makes a replay take as long as what was recorded: each delivery comes as long after the one before as it did.
// Without it they come one after the other.
func InTime() ReplayOption { return func(r *replaying) { r.timed = true } }

// longest is the longest line of a recording.
const longest = 64 << 20

// Replay emits on the bus what an inspector has recorded, in order: what Go code had emitted as Go code does, and what a
// client had emitted as a client of the same label. Recordings are lines of JSON, as the page saves them. A batch is
// emitted payload by payload.
//
// What was recorded are deliveries: an event with throttle or debounce holds them back again. An emit that the bus refuses
// ends the replay with its error, which names the line; so do a payload that was hidden or left out, and the end of ctx.
func Replay(ctx context.Context, b *eventbus.Bus, recording io.Reader, opts ...ReplayOption) error {
	var r replaying
	for _, o := range opts {
		o(&r)
	}
	door, err := b.Attach(nothing{})
	if err != nil {
		return fmt.Errorf("inspect: replay: %w", err)
	}
	defer door.Detach()
	lines := bufio.NewScanner(recording)
	lines.Buffer(nil, longest)
	var last int64
	for n := 1; lines.Scan(); n++ {
		var line wire.Record
		if len(lines.Bytes()) == 0 {
			continue
		}
		err := json.Unmarshal(lines.Bytes(), &line)
		if err == nil && r.timed && last != 0 {
			err = pause(ctx, time.Duration(line.Time-last)*time.Millisecond)
		}
		last = line.Time
		if err == nil {
			err = replay(ctx, door, &line)
		}
		if err != nil {
			return fmt.Errorf("inspect: replay: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("inspect: replay: %w", err)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func replay(ctx context.Context, door port.Port, line *wire.Record) error {
	if line.Hidden || line.Cut {
		return errors.New("the payload was not recorded")
	}
	in := port.Incoming{Event: line.Event, Payload: line.Payload}
	if len(line.Target) > 0 {
		if err := json.Unmarshal(line.Target, &in.To); err != nil {
			return err
		}
	}
	if line.Batch == 0 {
		return inject(ctx, door, in, line.From)
	}
	var payloads []json.RawMessage
	if err := json.Unmarshal(line.Payload, &payloads); err != nil {
		return err
	}
	for _, payload := range payloads {
		in.Payload = payload
		if err := inject(ctx, door, in, line.From); err != nil {
			return err
		}
	}
	return nil
}

// nothing is a sink that waits for nothing.
type nothing struct{}

func (nothing) Wake()     {}
func (nothing) Shutdown() {}
