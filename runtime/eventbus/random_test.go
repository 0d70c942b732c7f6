package eventbus_test

import (
	"flag"
	"math/rand/v2"
	"testing"
)

var (
	randomPrograms = flag.Int("eventbus.programs", 300, "how many random programs to run")
	randomSeed     = flag.Uint64("eventbus.seed", 1, "the seed of the first random program")
)

// TestRandomPrograms runs random programs on random definitions, on the bus and on the model, and compares who
// got what and when. A program that fails is shortened before it is shown.
func TestRandomPrograms(t *testing.T) {
	for i := range *randomPrograms {
		seed := *randomSeed + uint64(i)
		s, program := randomProgram(rand.New(rand.NewPCG(seed, 0)))
		if runProgram(t, s, program) == "" {
			continue
		}
		program, diff := shrink(program, func(program []action) string { return runProgram(t, s, program) })
		t.Fatalf("seed %d: %+v\n%+v\n%s", seed, s, program, diff)
	}
}
