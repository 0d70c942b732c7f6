package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// TestOptionsTogether emits the same payloads under every combination of delivery options and listeners, and
// holds the result against what the options say one by one.
func TestOptionsTogether(t *testing.T) {
	const period = 10 * time.Millisecond
	for _, mode := range []string{"none", "throttle", "debounce", "batch"} {
		for _, stored := range []string{"none", "sticky", "replay"} {
			for _, keyed := range []bool{false, true} {
				for _, targeted := range []bool{false, true} {
					for _, queue := range []string{"sync", "block", "oldest", "newest", "latest"} {
						d := eventdef.Definition[step]{Name: "e", Sticky: stored == "sticky"}
						if stored == "replay" {
							d.Replay = 3
						}
						switch mode {
						case "throttle":
							d.Throttle = period
						case "debounce":
							d.Debounce = period
						case "batch":
							d.Batch, d.Wait = 4, period
						}
						if keyed {
							d.Key = stepKey
						}
						if e := eventbus.Define(d); e.Info().Check() != nil {
							continue
						}
						name := fmt.Sprintf("%s/%s/keyed=%v/targeted=%v/%s", mode, stored, keyed, targeted, queue)
						t.Run(name, func(t *testing.T) {
							synctest.Test(t, func(t *testing.T) { optionsTogether(t, d, mode, targeted, queue) })
						})
					}
				}
			}
		}
	}
}

func optionsTogether(t *testing.T, d eventdef.Definition[step], mode string, targeted bool, queue string) {
	e := eventbus.Define(d)
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	hit, missed := join(t, p, eventbus.Peer{Window: "hit"}), join(t, p, eventbus.Peer{Window: "missed"})
	in, out := listen(t, p, hit, "e"), listen(t, p, missed, "e")
	var opts []eventbus.ListenOption
	if overflow, ok := map[string]eventbus.Overflow{"block": eventbus.Block, "oldest": eventbus.DropOldest, "newest": eventbus.DropNewest, "latest": eventbus.Latest}[queue]; ok {
		opts = append(opts, eventbus.Async(64, overflow)) // large enough: no policy has anything to drop
	}
	var live, every journal
	e.Listen(b, logTo[step](&live, ""), opts...)
	e.Listen(b, logTo[step](&every, ""), append(opts, eventbus.EveryEmit())...)
	var emits []step
	for n := range 6 {
		s := step{Key: string(rune('a' + n%2)), N: n}
		emits = append(emits, s)
		if targeted {
			noError(t, e.EmitTo(background, b, eventbus.Window("hit"), s))
		} else {
			noError(t, e.Emit(background, b, s))
		}
	}
	settle(time.Second)

	want := delivered(mode, d.Key != nil, emits)
	var wantGo, wantEvery []string
	if !targeted {
		for _, s := range want {
			wantGo = append(wantGo, fmt.Sprintf(" %v", s))
		}
		for _, s := range emits {
			wantEvery = append(wantEvery, fmt.Sprintf(" %v", s))
		}
	}
	live.want(t, "a Go listener", wantGo...)
	every.want(t, "a listener to every emit", wantEvery...)
	var wantHit []string
	for i, s := range want {
		text := fmt.Sprintf(`{"Key":%q,"N":%d}`, s.Key, s.N)
		switch {
		case mode == "batch" && i > 0 && (d.Key != nil && want[i-1].Key == s.Key || d.Key == nil && i%4 > 0):
			wantHit[len(wantHit)-1] = strings.TrimSuffix(wantHit[len(wantHit)-1], "]") + "," + text + "]"
		case mode == "batch":
			wantHit = append(wantHit, "["+text+"]")
		default:
			wantHit = append(wantHit, text)
		}
	}
	wantFrames(t, "the window", frames(t, p, 0, in), wantHit...)
	if targeted {
		wantHit = nil
	}
	wantFrames(t, "another window", frames(t, p, 0, out), wantHit...)

	var late journal
	stop := e.Listen(b, func(_ context.Context, s step) error { late.add("%v", s); return nil })
	stop()
	var wantLate []string
	if !targeted {
		for _, s := range kept(d, want) {
			wantLate = append(wantLate, fmt.Sprint(s))
		}
	}
	late.want(t, "a new listener", wantLate...)
}

// delivered returns what a mode makes of emits that come at once.
func delivered(mode string, keyed bool, emits []step) (list []step) {
	first, last := map[string]step{}, map[string]step{}
	var keys []string
	for _, s := range emits {
		k := ""
		if keyed {
			k = s.Key
		}
		if _, seen := first[k]; !seen {
			first[k] = s
			keys = append(keys, k)
		}
		last[k] = s
	}
	switch mode {
	case "throttle":
		for _, k := range keys {
			list = append(list, first[k])
		}
		fallthrough
	case "debounce":
		for _, k := range keys {
			list = append(list, last[k])
		}
		return list
	case "batch": // of one key each
		for _, k := range keys {
			for _, s := range emits {
				if !keyed || s.Key == k {
					list = append(list, s)
				}
			}
		}
		return list
	}
	return emits
}

// kept returns what a new listener gets of what was delivered.
func kept(d eventdef.Definition[step], list []step) (stay []step) {
	switch {
	case d.Replay > 0:
		return list[max(0, len(list)-d.Replay):]
	case d.Sticky:
		for i, s := range list {
			newer := slices.ContainsFunc(list[i+1:], func(o step) bool { return d.Key == nil || o.Key == s.Key })
			if !newer {
				stay = append(stay, s)
			}
		}
	}
	return stay
}

// What a definition says is what Info tells, of options that the bus itself does nothing with too.
func TestInfoTellsTheDefinition(t *testing.T) {
	d := eventdef.Definition[step]{
		Name: "e", Contract: "7be1a900", From: eventdef.FromBoth, To: eventdef.ToGroup, Relay: true, Throttle: time.Second, Key: stepKey, Keys: 9,
		Flushes: []string{"other"}, Sticky: true, Slow: eventdef.SlowLatest, Max: 99, Version: 3, Was: "old", Deprecated: "use other",
	}
	b, _ := newBus(t, events(eventbus.Define(d), eventbus.Define(eventdef.Definition[int]{Name: "other"})))
	info, known := b.Lookup("e")
	if !known || !info.Keyed {
		t.Error("the event has a key")
	}
	told, defined := reflect.ValueOf(info), reflect.ValueOf(d)
	for i := range defined.NumField() {
		name := defined.Type().Field(i).Name
		switch name {
		case "Key", "Encode", "Decode": // functions, which Info does not hold
			continue
		}
		if got, want := told.FieldByName(name).Interface(), defined.Field(i).Interface(); !reflect.DeepEqual(got, want) {
			t.Errorf("Info.%s is %v, the definition says %v", name, got, want)
		}
	}
}

// What describes an event is a copy: changing it changes nothing.
func TestInfoIsACopy(t *testing.T) {
	other := eventbus.Define(eventdef.Definition[int]{Name: "other", Batch: 2})
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Flushes: []string{"other"}})
	catalog := eventbus.NewCatalog(e, other)
	b, _ := newBus(t, nil, eventbus.WithCatalog(catalog))
	spoil := func(i eventdef.Info) { i.Flushes[0], i.Name = "spoilt", "spoilt" }
	found, _ := b.Lookup("e")
	spoil(found)
	spoil(b.Events()[0])
	spoil(e.Info())
	spoil(catalog.Lookup("e").Info())
	if i, known := b.Lookup("e"); !known || i.Name != "e" || i.Flushes[0] != "other" {
		t.Errorf("the event is %v", i)
	}
	if _, known := b.Lookup("unknown"); known {
		t.Error("the bus knows an event that is in no catalogue")
	}
}

func TestRefusedListenersSayWhyToTheirCaller(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	unknown := eventbus.Define(eventdef.Definition[int]{Name: "unknown"})
	window := eventbus.Define(eventdef.Definition[int]{Name: "window", To: eventdef.ToWindow})
	fn := func(context.Context, int) error { return nil }
	each := func(context.Context, eventbus.Delivery) error { return nil }
	listens := map[string]struct {
		listen func(b *eventbus.Bus, opts ...eventbus.ListenOption)
		want   eventbus.Code
	}{
		"unknown event": {func(b *eventbus.Bus, opts ...eventbus.ListenOption) { unknown.Listen(b, fn, opts...)() }, eventbus.CodeUnknownEvent},
		"addressed":     {func(b *eventbus.Bus, opts ...eventbus.ListenOption) { window.Once(b, fn, opts...)() }, eventbus.CodeListen},
		"no function":   {func(b *eventbus.Bus, opts ...eventbus.ListenOption) { e.ListenBatch(b, nil, opts...)() }, eventbus.CodeListen},
		"no queue": {func(b *eventbus.Bus, opts ...eventbus.ListenOption) {
			e.Listen(b, fn, append(opts, eventbus.Async(0, eventbus.Block))...)()
		}, eventbus.CodeListen},
		"unknown stream":   {func(b *eventbus.Bus, opts ...eventbus.ListenOption) { unknown.Stream(background, b, opts...) }, eventbus.CodeUnknownEvent},
		"any, no function": {func(b *eventbus.Bus, opts ...eventbus.ListenOption) { b.ListenAny(nil, opts...)() }, eventbus.CodeListen},
		"closed": {func(b *eventbus.Bus, opts ...eventbus.ListenOption) {
			noError(t, b.Close(background))
			e.ListenMeta(b, func(context.Context, int, eventbus.Meta) error { return nil }, opts...)()
		}, eventbus.CodeClosed},
		"any, closed": {func(b *eventbus.Bus, opts ...eventbus.ListenOption) {
			noError(t, b.Close(background))
			b.ListenAny(each, opts...)()
		}, eventbus.CodeClosed},
	}
	for name, l := range listens {
		t.Run(name, func(t *testing.T) {
			b, f := newBus(t, events(e, window))
			var err error
			l.listen(b, eventbus.Refused(&err))
			wantCode(t, err, l.want)
			f.want(t, "failures")
			b, f = newBus(t, events(e, window))
			l.listen(b)
			f.want(t, "failures", l.want)
		})
	}
	b, _ := newBus(t, events(e))
	err := errors.New("of an earlier call")
	e.Listen(b, fn, eventbus.Refused(&err))
	noError(t, err)
}
