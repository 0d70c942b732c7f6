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
)

func main() {
	os.Exit(run())
}

// run is main with a status, so that deferred calls run before the process ends.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	a := &app{dir: dir, env: os.Environ(), stdout: os.Stdout, stderr: os.Stderr, format: formatText}
	if err != nil {
		return a.fail(environment(err, ""))
	}
	return a.run(ctx, os.Args[1:])
}
