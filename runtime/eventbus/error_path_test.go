package eventbus_test

import (
	"errors"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// A path that the cause has too is said once.
func TestErrorSaysItsPathOnce(t *testing.T) {
	for want, err := range map[string]*eventbus.Error{
		`eventbus: job: encode_failed at /state: unexpected "x"`: {Code: eventbus.CodeEncode, Event: "job", Path: "/state", Err: &codec.Error{Path: "/state", Found: `"x"`}},
		`eventbus: job: encode_failed at /a: /b: unexpected 1`:   {Code: eventbus.CodeEncode, Event: "job", Path: "/a", Err: &codec.Error{Path: "/b", Found: "1"}},
		`eventbus: job: encode_failed: : is empty`:               {Code: eventbus.CodeEncode, Event: "job", Err: errors.New(": is empty")},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
