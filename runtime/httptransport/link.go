package httptransport

import "time"

// link writes to one connection. At most one goroutine writes at a time.
type link interface {
	// try writes what the connection takes without waiting, and returns how much that was. A
	// link that cannot tell takes nothing.
	try(p []byte) (int, error)
	// write waits until all is written or the deadline has passed, and returns how much was.
	write(p []byte, deadline time.Time) (int, error)
	// spawn runs f where waiting writes may be made. It never waits itself.
	spawn(f func())
	// shut ends the connection; whoever reads or writes gets an error.
	shut()
}
