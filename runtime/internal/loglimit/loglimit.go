// Package loglimit keeps a log from filling a disk when somebody makes one line be written again and again.
package loglimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// Burst is how many lines of one message may come together.
	Burst = 20
	// Every is how often one more may come.
	Every = time.Second
)

// New returns a logger that writes what the given one does, but of the lines with one message only [Burst] together, and
// then one in each [Every]. That one says how many were left out, as "suppressed". Lines below level info are not limited:
// whoever turns them on wants all of them. Messages must be constants: each one is remembered.
func New(l *slog.Logger) *slog.Logger {
	if l == nil {
		return nil
	}
	return slog.New(handler{l.Handler(), &limits{messages: map[string]*limit{}}})
}

type handler struct {
	slog.Handler
	limits *limits
}

type limits struct {
	mu       sync.Mutex
	messages map[string]*limit
}

// limit is a bucket of lines.
type limit struct {
	used       int
	since      time.Time // up to when used has been reduced
	suppressed int
}

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelInfo {
		return h.Handler.Handle(ctx, r)
	}
	suppressed, ok := h.limits.take(r.Message, time.Now())
	if !ok {
		return nil
	}
	if suppressed > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("suppressed", suppressed))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.limits}
}

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.limits}
}

// take reports whether a line may be written now, and how many were not since the last.
func (ls *limits) take(message string, now time.Time) (suppressed int, ok bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.messages[message]
	if l == nil {
		l = &limit{since: now}
		ls.messages[message] = l
	}
	if n := int(now.Sub(l.since) / Every); n > 0 {
		l.used = max(0, l.used-n)
		l.since = l.since.Add(time.Duration(n) * Every)
	}
	if l.used >= Burst {
		l.suppressed++
		return 0, false
	}
	l.used++
	suppressed, l.suppressed = l.suppressed, 0
	return suppressed, true
}
