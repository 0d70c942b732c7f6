package inspect

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
	"github.com/eventgen/eventgen/runtime/inspect/wire"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// mostShown bounds the payload of a record, in bytes.
const mostShown = 64 << 10

// waitingID is what coalescing holds apart.
type waitingID struct {
	event  *eventdef.Info
	key    eventdef.Key
	target port.TargetID
}

// waiting is what was emitted and is not delivered yet.
type waiting struct {
	n    int
	last time.Time
}

// mostWaiting bounds what is remembered of emits that are never delivered.
const mostWaiting = 1 << 16

// Emitted implements [observe.Tap].
func (i *Inspector) Emitted(e observe.Emit) {
	if !e.Event.Deferred() {
		return
	}
	id := waitingID{e.Event, e.Key, port.ID(e.Target)}
	i.mu.Lock()
	defer i.mu.Unlock()
	w := i.waiting[id]
	if w == nil {
		if len(i.waiting) >= mostWaiting {
			clear(i.waiting)
		}
		w = new(waiting)
		i.waiting[id] = w
	}
	w.n++
	w.last = e.Time
}

// Delivered implements [observe.Tap].
func (i *Inspector) Delivered(d observe.Delivery) {
	r := wire.Record{
		Event: d.Event.Name, Time: d.Time.UnixMilli(), Seq: d.Seq, Size: len(d.Payload), Batch: d.Batch, Payload: d.Payload,
	}
	if d.Time.IsZero() {
		r.Time = time.Now().UnixMilli()
	}
	if p := d.Peer; p != nil {
		r.Client, r.From = true, strings.Trim(p.Window+" "+p.Identity, " ")
		if r.From == "" {
			r.From = p.ID
		}
	} else if d.Node != "" {
		r.From = "node " + d.Node
	}
	if !d.Target.IsZero() {
		r.To = d.Target.String()
		if text, err := d.Target.MarshalJSON(); err == nil {
			r.Target = text
		}
	}
	if !d.Key.IsZero() {
		r.Key = d.Key.String()
	}
	switch {
	case i.hidden[r.Event]:
		r.Hidden, r.Payload, r.Key = true, nil, ""
	case len(r.Payload) > mostShown:
		r.Cut, r.Payload = true, nil
	}
	i.mu.Lock()
	i.n++
	r.N = i.n
	if d.Event.Deferred() && d.Node == "" {
		id := waitingID{d.Event, d.Key, port.ID(d.Target)}
		if w := i.waiting[id]; w != nil {
			r.Delay = float64(time.Since(w.last).Microseconds()) / 1000
			r.Coalesced = max(0, w.n-max(1, d.Batch))
			delete(i.waiting, id)
		}
	}
	i.mu.Unlock()
	_ = wire.EmitRecord(context.Background(), i.own, r) // the inspector may have ended
}

// reportEvery is how often the page gets what is counted.
const reportEvery = 500 * time.Millisecond

// report tells the page what is counted, as long as somebody looks.
func (i *Inspector) report() {
	ctx := context.Background()
	_ = wire.EmitCatalog(ctx, i.own, i.catalog())
	ticker := time.NewTicker(reportEvery)
	defer ticker.Stop()
	for {
		select {
		case <-i.ended:
			return
		case <-ticker.C:
			if len(i.own.Peers()) > 0 {
				_ = wire.EmitState(ctx, i.own, i.state())
			}
		}
	}
}

func (i *Inspector) catalog() wire.Catalog {
	c := wire.Catalog{Node: i.source.Node()}
	for _, e := range i.source.Events() {
		known := i.contract[e.Info.Name]
		c.Events = append(c.Events, wire.Event{
			Name: e.Info.Name, From: e.Info.From.String(), To: e.Info.To.String(), Options: optionsOf(e.Info), Empty: e.Info.Empty,
			Hidden: i.hidden[e.Info.Name], Doc: known.doc, Type: known.typ, Example: known.example,
		})
	}
	return c
}

// optionsOf lists what the event's definition says, as directives do.
func optionsOf(i *eventdef.Info) []string {
	out := []string{}
	add := func(set bool, text string) {
		if set {
			out = append(out, text)
		}
	}
	add(i.Relay, "relay")
	add(i.Throttle > 0, "throttle="+i.Throttle.String())
	add(i.Debounce > 0, "debounce="+i.Debounce.String())
	add(i.Batch > 0, "batch")
	add(i.Keyed, "key")
	add(i.Sticky, "sticky")
	add(i.Replay > 0, "replay")
	add(i.Slow != eventdef.SlowResume, "slow="+i.Slow.String())
	add(i.Deprecated != "", "deprecated")
	return out
}

func sum(counts map[string]uint64) (n uint64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func (i *Inspector) state() wire.State {
	s := wire.State{Time: time.Now().UnixMilli()}
	for _, e := range i.source.Events() {
		s.Counts = append(s.Counts, wire.Count{
			Event: e.Info.Name, Emitted: e.Emitted, Delivered: e.Delivered, Coalesced: e.Coalesced, Waiting: e.Waiting, Queued: e.Queued,
			Dropped: e.Overflowed + e.Skipped, Refused: sum(e.Refused) + sum(e.ClientsRefused), Failed: sum(e.Failed), Bytes: e.Bytes,
		})
	}
	t := i.source.Engines()
	s.Totals = wire.Totals{
		Connected: t.Connected, Away: t.Away, Behind: t.Behind, Lag: t.Lag, Resumed: t.Resumed, Gapped: t.Gapped,
		Closed: sum(t.Closed), Refused: sum(t.Refused), Sent: t.Sent,
	}
	clients := i.source.Clients()
	slices.SortFunc(clients, func(a, b observe.Client) int {
		return strings.Compare(a.Peer.Window+a.Peer.ID, b.Peer.Window+b.Peer.ID)
	})
	for _, c := range clients[:min(len(clients), mostClients)] {
		shown := wire.Client{
			ID: c.Peer.ID, Window: c.Peer.Window, Identity: c.Peer.Identity, State: c.State, Format: c.Format, Lag: c.Lag,
			Resumes: c.Resumes, Gaps: c.Gaps, Listens: c.Listens, Sent: c.Sent,
		}
		if !c.Since.IsZero() {
			shown.Since = c.Since.UnixMilli()
		}
		s.Clients = append(s.Clients, shown)
	}
	return s
}

// mostClients is how many clients the page lists.
const mostClients = 500
