package eventbus_test

import "math/rand/v2"

// action is a step of a random program.
type action struct {
	verb   string // emit, emitTo, last, sleep, flush, forget, window, unlisten, or a kind of listener
	step   step
	n      int
	target string
}

func randomProgram(r *rand.Rand) (setup, []action) {
	s := setup{
		mode:   []string{"none", "throttle", "debounce", "batch"}[r.IntN(4)],
		period: 10, batch: 2 + r.IntN(3), keys: []int{2, 100}[r.IntN(2)], lastKeyed: r.IntN(2) == 0,
	}
	switch r.IntN(3) {
	case 0:
		s.sticky, s.keyed = true, r.IntN(2) == 0
	case 1:
		s.replay = 1 + r.IntN(5)
	case 2:
		s.keyed = (s.mode == "throttle" || s.mode == "debounce") && r.IntN(2) == 0
	}
	if s.mode != "none" && (s.sticky || s.replay > 0) {
		s.keys = 100 // what is stored when there is room for one more would depend on the order of places
	}
	var program []action
	for n := range 5 + r.IntN(60) {
		a := action{step: step{string(rune('a' + r.IntN(3))), n}, n: r.IntN(14)}
		switch k := r.IntN(100); {
		case k < 45:
			a.verb = "emit"
		case k < 55:
			a.verb, a.target = "emitTo", []string{"w", "v"}[r.IntN(2)]
			if s.mode != "none" && (s.sticky || s.replay > 0) {
				a.target = "v" // what is newest for a window that gets two places would depend on their order
			}
		case k < 63:
			a.verb = "last"
		case k < 80:
			a.verb = "sleep"
		default:
			a.verb = []string{"listen", "once", "unlisten", "window", "flush", "forget", "listen", "every", "async", "slow", "slow", "stream", "stream"}[r.IntN(13)]
		}
		program = append(program, a)
	}
	return s, program
}
