// Package output is the only code that touches what eventgen generates on the disk.
//
// A [Planner] compares files with the disk, [Plan.Apply] writes what differs, all or nothing, and
// [Change.Diff] shows it instead. A [Lock] remembers an output: what it was rendered from, and the
// files it owns. [Exclude] keeps two runs apart.
package output

import "fmt"

// Error is a failure of the disk or of what lies on it, in words that say what to do next.
type Error struct {
	Path    string // absolute
	Message string // what is wrong with Path, without it: "is a directory"
	Hint    string // what to do; may be empty
	Err     error  // the cause; may be nil
}

// Error returns the path, the message and the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s %s", e.Path, e.Message)
	}
	return fmt.Sprintf("%s %s: %v", e.Path, e.Message, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
