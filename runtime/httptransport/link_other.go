//go:build !unix

package httptransport

import "errors"

// Without sockets that can be tried, every write waits in a goroutine of its own.
const canTry = false

var errNoTry = errors.New("httptransport: the connection cannot be tried")

func tryWrite(uintptr, []byte) (int, error)      { return 0, errNoTry }
func tryRead(uintptr, []byte) (int, bool, error) { return 0, false, errNoTry }
func takeBuffer() []byte                         { return nil }
func returnBuffer([]byte)                        {}
