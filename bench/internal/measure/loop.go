package measure

import (
	"runtime"
	"time"
)

// Loop calls fn with growing counts until one call takes at least span, and returns nanoseconds
// and allocations for each of the n operations of that call.
func Loop(span time.Duration, fn func(n int)) Figures {
	fn(1)
	for n := 1; ; {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		fn(n)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if took >= span {
			return Figures{
				"ns":     float64(took) / float64(n),
				"allocs": float64(after.Mallocs-before.Mallocs) / float64(n),
				"bytes":  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
			}
		}
		// Aim a little beyond span, and grow at most a hundredfold at a time.
		next := int(1.2 * float64(n) * float64(span) / float64(max(took, time.Microsecond)))
		n = max(n+1, min(next, 100*n))
	}
}
