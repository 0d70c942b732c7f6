package eventbus_test

import (
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

var inNoCatalogue = eventbus.Define(eventdef.Definition[int]{Name: "stray"})

// An event of no catalogue says which one is missing: that of the package that defines it.
func TestUnknownEventNamesItsCatalogue(t *testing.T) {
	b, err := eventbus.New()
	noError(t, err)
	local := eventbus.Define(eventdef.Definition[int]{Name: "local"})
	for want, err := range map[string]error{
		"eventbus: stray: unknown_event: no catalogue of this bus has it: New needs WithCatalog(eventbus_test.Events)": inNoCatalogue.Emit(background, b, 1),
		"eventbus: local: unknown_event: no catalogue of this bus has it: New needs WithCatalog with one that does":    local.Emit(background, b, 1),
	} {
		if eventbus.CodeOf(err) != eventbus.CodeUnknownEvent || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if public := eventbus.Public(err); public.Err != nil {
			t.Errorf("a client is told %v", public)
		}
	}
}
