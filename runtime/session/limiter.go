package session

import "time"

// limiter is a bucket of tokens that goes below zero: what is asked for when it is empty is
// refused, and who goes on asking all the same is told apart.
type limiter struct {
	tokens float64
	last   time.Time
}

type verdict uint8

const (
	admitted verdict = iota
	refused
	abusive // refused as often again as a burst is long
)

// take asks for one token of a bucket that fills at rate a second up to burst.
func (l *limiter) take(now time.Time, rate float64, burst int) verdict {
	if l.last.IsZero() {
		l.tokens = float64(burst)
	} else {
		l.tokens = min(float64(burst), l.tokens+now.Sub(l.last).Seconds()*rate)
	}
	l.last = now
	l.tokens--
	switch {
	case l.tokens >= 0:
		return admitted
	case l.tokens >= -float64(burst):
		return refused
	}
	return abusive
}
