// Command eventgen reads annotated Go packages and writes typed event bindings in Go and
// TypeScript.
//
// Run eventgen help for its commands. Its exit status is 0 when all is well, 1 for problems in
// the source or output that is stale, 2 for wrong usage or a problem of the environment.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	dir, err := os.Getwd()
	a := newApp(dir, os.Environ(), os.Stdout, os.Stderr)
	if err != nil {
		os.Exit(a.fail(environment(err, "")))
	}
	os.Exit(a.untilSignal(signals, func(ctx context.Context) int { return a.run(ctx, os.Args[1:]) }))
}

// grace is how long a run that is to end may take to do so in order.
const grace = time.Second

// untilSignal runs work, cancels its context when a signal comes, and returns its status. Work that
// does not end then is left behind: type checking cannot be interrupted, and source can be made
// on which it takes for ever. Only the writing of files is waited for.
func (a *app) untilSignal(signals <-chan os.Signal, work func(context.Context) int) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan int, 1)
	go func() { done <- work(ctx) }()
	select {
	case status := <-done:
		return status
	case <-signals:
		cancel()
	}
	select {
	case status := <-done:
		return status
	case <-time.After(grace):
	}
	a.writing <- struct{}{} // for good: nothing is written from here on
	return a.fail(environment(context.Canceled, ""))
}
