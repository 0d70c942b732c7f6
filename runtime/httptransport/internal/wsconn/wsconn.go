// Package wsconn is the server's side of RFC 6455 behind the handshake: a [Reader] that parses
// what a client sends, fed with whatever bytes have arrived and holding none while a
// connection is idle, and functions that frame what a server sends, once for any number of
// connections. It opens no connection and starts no goroutine.
package wsconn

import (
	"fmt"

	"github.com/gobwas/ws"
)

// CloseError ends a connection: its code and reason belong into the close frame.
type CloseError struct {
	Code   ws.StatusCode
	Reason string // at most 123 bytes, valid UTF-8
}

// Error returns the code and the reason.
func (e *CloseError) Error() string { return fmt.Sprintf("websocket: close %d: %s", e.Code, e.Reason) }

func violation(reason string) *CloseError {
	return &CloseError{Code: ws.StatusProtocolError, Reason: reason}
}

var (
	errNotUTF8  = &CloseError{Code: ws.StatusInvalidFramePayloadData, Reason: "text is not UTF-8"}
	errTooLarge = &CloseError{Code: ws.StatusMessageTooBig, Reason: "message is larger than the limit"}
)

// Handler gets what a [Reader] has parsed. The bytes are valid during the call alone. An error
// stops the reader and is returned by [Reader.Feed].
type Handler interface {
	// Message gets a whole message, reassembled, decompressed and, if it is text, valid UTF-8.
	Message(op ws.OpCode, payload []byte) error
	// Fragment gets the size of a fragment that does not end its message.
	Fragment(size int) error
	// Ping gets a ping's payload; the answer is a pong with the same.
	Ping(payload []byte) error
	// Pong gets a pong's payload.
	Pong(payload []byte) error
	// Close gets the client's close frame: a code to answer with. Nothing follows it.
	Close(code ws.StatusCode, reason string) error
}
