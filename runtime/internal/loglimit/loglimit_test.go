package loglimit_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/internal/loglimit"
)

func TestLinesOfOneMessageAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l := loglimit.New(slog.New(slog.NewTextHandler(&out, nil)))
		for range 1000 {
			l.With("a", 1).Warn("refused")
		}
		l.Info("another")
		if n := strings.Count(out.String(), "msg=refused"); n != loglimit.Burst {
			t.Errorf("%d lines were written, want %d", n, loglimit.Burst)
		}
		if !strings.Contains(out.String(), "msg=another") {
			t.Error("another message was suppressed")
		}
		out.Reset()
		time.Sleep(loglimit.Every)
		l.Warn("refused")
		l.Warn("refused")
		if got := out.String(); strings.Count(got, "refused") != 1 || !strings.Contains(got, "suppressed=980") {
			t.Errorf("got %q, want one line that says how many were suppressed", got)
		}
	})
}

func TestDebugIsNotLimited(t *testing.T) {
	var out bytes.Buffer
	l := loglimit.New(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for range 100 {
		l.Debug("client connected")
	}
	if n := strings.Count(out.String(), "connected"); n != 100 {
		t.Errorf("%d lines were written, want 100", n)
	}
}
