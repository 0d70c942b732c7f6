package eventbus_test

import (
	"slices"
	"strings"
	"testing"
)

// shrink leaves out of a program that fails whatever it also fails without. run returns what fails, or "".
func shrink(program []action, run func([]action) string) (short []action, failure string) {
	failure = run(program)
	for i := 0; i < len(program); i++ {
		shorter := slices.Delete(slices.Clone(program), i, i+1)
		if f := run(shorter); f != "" {
			program, failure, i = shorter, f, i-1
		}
	}
	return program, failure
}

func TestShrink(t *testing.T) {
	program := []action{{verb: "a"}, {verb: "x"}, {verb: "b"}, {verb: "x"}, {verb: "c"}}
	short, failure := shrink(program, func(p []action) string {
		verbs := ""
		for _, a := range p {
			verbs += a.verb
		}
		if !strings.Contains(verbs, "a") || !strings.Contains(verbs, "x") {
			return ""
		}
		return verbs
	})
	if failure != "ax" || len(short) != 2 {
		t.Errorf("got %v, which fails with %q", short, failure)
	}
}
