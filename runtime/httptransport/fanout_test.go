package httptransport

import (
	"strconv"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestGuarantee01EncodedOnce(t *testing.T) {
	encoded := 0
	event := eventbus.Define(eventdef.Definition[int]{Name: "counted", Encode: func(dst []byte, n *int) ([]byte, error) {
		encoded++
		return strconv.AppendInt(dst, int64(*n), 10), nil
	}})
	p := newPlaceOn(t, nil, []eventbus.Option{eventbus.WithCatalog(eventbus.NewCatalog(event))})
	var pages []*page
	for range 5 {
		pages = append(pages, p.open(`{"listen":{"counted":{}}}`), p.stream(`{"listen":{"counted":{}}}`))
	}
	emit(t, p.bus, event, 1, 2)
	for _, pg := range pages {
		pg.want(`{"event":"counted","payload":1}`, `{"event":"counted","payload":2}`)
	}
	if encoded != 2 {
		t.Errorf("2 events were encoded %d times", encoded)
	}
}

func TestGuarantee02StalledWindowsHoldUpNobody(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		p.open(`{"listen":{"tick":{}}}`) // it reads nothing from here on
		p.stream(`{"listen":{"tick":{}}}`)
		gone := p.open(`{"listen":{"tick":{}}}`)
		gone.cut()
		healthy := p.open(`{"listen":{"tick":{}}}`)
		start := time.Now()
		for n := range 1000 {
			emit(t, p.bus, tick, n)
		}
		for n := range 1000 {
			if f := healthy.next(); f["payload"] != float64(n) {
				t.Fatalf("got %v, want %d", f, n)
			}
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("waited %v", d)
		}
	})
}
