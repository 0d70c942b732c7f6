// Command cmd looks for payload types that the generator gets wrong, until the time is up or it
// has tried the batches it was asked for. It exits with 1 if it found one.
//
//	go run ./internal/testing/randomtypes/cmd -duration 1h
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/eventgen/eventgen/internal/testing/randomtypes"
)

func main() {
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the first batch; the next has the next")
	count := flag.Int("count", 0, "batches to try; 0 is as many as the time allows")
	duration := flag.Duration("duration", 10*time.Minute, "begins no further batch after this time")
	groups := flag.Int("groups", 5, "groups in a batch, each with settings of its own")
	cases := flag.Int("cases", 12, "types in a group")
	keep := flag.Bool("keep", false, "leave the folders of batches with findings")
	quick := flag.Bool("quick", false, "print failing types as large as they are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root, err := randomtypes.Root()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s := &randomtypes.Search{Root: root, Log: os.Stdout, Quick: *quick, Groups: *groups, Cases: *cases, Keep: *keep}
	began, failed, batches := time.Now(), 0, 0
	for ; (*count == 0 || batches < *count) && (batches == 0 || time.Since(began) < *duration) && ctx.Err() == nil; batches++ {
		n, err := s.Batch(ctx, *seed+uint64(batches))
		if err != nil && ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "seed %d: %v\n", *seed+uint64(batches), err)
			os.Exit(2)
		}
		failed += n
		fmt.Printf("seed %d: %d of %d types fail; %d batches in %s\n", *seed+uint64(batches), n, *groups**cases, batches+1, time.Since(began).Round(time.Second))
	}
	if failed > 0 {
		os.Exit(1)
	}
}
