package main

import (
	"strings"
	"testing"
	"testing/synctest"
)

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if err := run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		// 300 emits in 300 ms under throttle=100ms: the leading edge, one every 100 ms, and what
		// was pending when the download completed.
		if n := strings.Count(got, "progress  iso"); n < 3 || n > 5 {
			t.Errorf("%d deliveries of download:progress", n)
		}
		last, end := strings.LastIndex(got, "progress  iso 100%"), strings.Index(got, "complete  iso is at /tmp/debian.iso")
		if last < 0 || end < last {
			t.Errorf("the last progress is not before the end:\n%s", got)
		}
		for _, want := range []string{"download.LoggedIn {User:mona}", "download.LoggedOut {User:mona Reason:user}", "lines at once"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	})
}
