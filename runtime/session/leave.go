package session

import "time"

const (
	// defaultDrain is for how long an engine among other nodes sends its clients away.
	defaultDrain = 5 * time.Second
	// mostHandOver is how long it then waits until other nodes have asked for their sessions.
	mostHandOver = time.Second
	// drainStep is how often it looks.
	drainStep = 10 * time.Millisecond
)

var elsewhere = Closing{CloseElsewhere, "draining: come back elsewhere"}

// sendAway closes the connections evenly over the time.
func (engine *Engine) sendAway(over time.Duration) {
	conns := engine.all(nil)
	ticker := time.NewTicker(drainStep)
	defer ticker.Stop()
	began, done := time.Now(), 0
	for done < len(conns) {
		due := len(conns)
		if passed := time.Since(began); passed < over {
			due = int(float64(len(conns)) * float64(passed) / float64(over))
		}
		for ; done < due; done++ {
			conns[done].closeAfter(engine.port.At(), elsewhere)
		}
		if !engine.wait(ticker) {
			return
		}
	}
}

// handOver waits until nobody is away whom another node may ask for.
func (engine *Engine) handOver() {
	ticker := time.NewTicker(drainStep)
	defer ticker.Stop()
	for began := time.Now(); time.Since(began) < mostHandOver && engine.Stats().Away > 0 && engine.wait(ticker); {
	}
}

// wait waits for the next tick, and reports whether there is no hurry.
func (engine *Engine) wait(ticker *time.Ticker) bool {
	select {
	case <-ticker.C:
		return true
	case <-engine.hurry:
		return false
	}
}
