package eventbustest

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Faults says what a [Link] does to what passes. The chances lie between 0 and 1.
type Faults struct {
	Drop      float64       // the chance that a message is lost
	Duplicate float64       // the chance that it comes twice
	Reorder   float64       // the chance that it comes after the next one
	Delay     time.Duration // each message is late by at most this; later ones may overtake it
	CutAt     int           // the link is cut before the message of this number, counted from 1; 0: never
}

// Link is one direction of a line between two ends that may lose, double, delay and reorder what passes. The
// same seed and the same messages meet the same faults. It is safe for concurrent use.
type Link[M any] struct {
	faults  Faults
	deliver func(M)

	mu     sync.Mutex
	random *rand.Rand
	sent   int
	cut    bool
	held   []M // reordered: they come after the next message
}

// NewLink returns a link that hands what arrives to deliver, in the sender's goroutine or, with Delay, in
// one of a timer.
func NewLink[M any](seed uint64, faults Faults, deliver func(M)) *Link[M] {
	return &Link[M]{faults: faults, deliver: deliver, random: rand.New(rand.NewPCG(seed, seed))}
}

// Send puts a message on the link. It returns false if the link is cut; that a message is lost otherwise
// nobody learns.
func (l *Link[M]) Send(m M) bool {
	l.mu.Lock()
	l.sent++
	if l.sent == l.faults.CutAt {
		l.cut = true
	}
	if l.cut {
		l.held = nil
		l.mu.Unlock()
		return false
	}
	// Every message draws equally often, so that a fault does not change the fate of those after it.
	drop, double, swap := l.random.Float64(), l.random.Float64(), l.random.Float64()
	late := time.Duration(l.random.Float64() * float64(l.faults.Delay))
	var out []M
	switch {
	case drop < l.faults.Drop:
	case swap < l.faults.Reorder:
		l.held = append(l.held, m)
	default:
		out = append(out, m)
		out = append(out, l.held...)
		l.held = nil
		if double < l.faults.Duplicate {
			out = append(out, m)
		}
	}
	l.mu.Unlock()
	for _, one := range out {
		if late > 0 {
			time.AfterFunc(late, func() { l.arrive(one) })
		} else {
			l.deliver(one)
		}
	}
	return true
}

// arrive ends a delay. What is on its way when the link is cut is lost.
func (l *Link[M]) arrive(m M) {
	l.mu.Lock()
	cut := l.cut
	l.mu.Unlock()
	if !cut {
		l.deliver(m)
	}
}

// Cut cuts the link, or mends it.
func (l *Link[M]) Cut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
}
