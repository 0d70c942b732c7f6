package run_test

import (
	"testing"

	"github.com/eventgen/eventgen/internal/run"
)

func TestLocate(t *testing.T) {
	const text = `{ "a": [1, {"b/c": "x", "~": null}], "d":{} }`
	for path, want := range map[string]string{
		"":            text,
		"/a":          `[1, {"b/c": "x", "~": null}]`,
		"/a/0":        "1",
		"/a/1":        `{"b/c": "x", "~": null}`,
		"/a/1/b~1c":   `"x"`,
		"/a/1/~0":     "null",
		"/a/1/absent": `{"b/c": "x", "~": null}`,
		"/a/7":        `[1, {"b/c": "x", "~": null}]`,
		"/d":          "{}",
		"/d/x/y":      "{}",
	} {
		start, end := run.Locate([]byte(text), path)
		if got := text[start:end]; got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}
