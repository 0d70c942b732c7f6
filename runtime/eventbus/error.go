package eventbus

import (
	"context"
	"errors"
	"strings"
)

// Code says what kind of failure an [Error] is. Codes are part of the wire protocol: a window reads the
// code of a refusal, and an application may add its own with [Reject].
type Code string

// The codes of the bus.
const (
	CodeClosed         Code = "closed"          // the bus is closed
	CodeCanceled       Code = "canceled"        // the context of the call was done
	CodeUnknownEvent   Code = "unknown_event"   // the event is in no catalogue of the bus
	CodeDirection      Code = "wrong_direction" // the event may not be emitted from here
	CodeAudience       Code = "wrong_audience"  // the event may not be addressed so
	CodeInvalidTarget  Code = "invalid_target"  // the target is zero, or has a predicate where none is allowed
	CodeNoTarget       Code = "no_target"       // no such window
	CodeNoListener     Code = "no_listener"     // nothing in Go listens to what a client emitted, and it is not relayed
	CodeTooManyKeys    Code = "too_many_keys"   // the event's bound of keys is reached
	CodeTooLarge       Code = "too_large"       // the payload is larger than the event allows
	CodeInvalidPayload Code = "invalid_payload" // the payload of a client does not decode or validate
	CodeEncode         Code = "encode_failed"   // the payload cannot be encoded
	CodeOverflow       Code = "overflow"        // a bounded queue was full and dropped or refused something
	CodeListener       Code = "listener_failed" // a listener returned an error
	CodePanic          Code = "panic"           // a listener, an interceptor, a key function or a decoder panicked
	CodeInvalid        Code = "invalid"         // a definition or an option breaks a rule
	CodeListen         Code = "listen_failed"   // a listener could not be registered
	CodeBroker         Code = "broker"          // the broker does not start or close, or there is no room for what it is to publish
	CodeContract       Code = "wrong_contract"  // another node has another contract of the event
	CodeForbidden      Code = "forbidden"       // a transport's authorisation refused it
	CodeRate           Code = "rate_limited"    // a transport's rate limit refused it
	CodeInternal       Code = "internal"        // what a client sees of any other failure: the error handler has the reason
)

// Error is every error of this package: what its functions return and what the error handler receives. [CodeOf] asks
// an error for its code; errors.Is and errors.As find the cause.
type Error struct {
	// Code is the kind of failure.
	Code Code
	// Event is the wire name of the event concerned, empty if there is none.
	Event string
	// Path is a JSON pointer to the offending part of a payload, empty if it is not known or is the whole.
	Path string
	// Err is the cause, nil if the code says it all.
	Err error

	// rejected marks what Reject made: it is meant for the window, whatever the code.
	rejected bool
}

// Error returns the code, the event, the path and the cause in one line.
func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString("eventbus: ")
	if e.Event != "" {
		s.WriteString(e.Event)
		s.WriteString(": ")
	}
	s.WriteString(string(e.Code))
	if e.Path != "" {
		s.WriteString(" at ")
		s.WriteString(e.Path)
	}
	if e.Err != nil {
		s.WriteString(": ")
		cause := e.Err.Error()
		if e.Path != "" {
			cause = strings.TrimPrefix(cause, e.Path+": ") // it says the path too
		}
		s.WriteString(cause)
	}
	return s.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of an error of this package, wherever in its chain it stands. It is [CodeCanceled] for a
// context's error, [CodeInternal] for any other, and empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return CodeCanceled
	}
	return CodeInternal
}

// canceled returns the error of a call whose context is done, which must be.
func canceled(ctx context.Context, event string) *Error {
	return &Error{Code: CodeCanceled, Event: event, Err: ctx.Err()}
}

// Reject returns an error for a listener of a window's event to return: the window's emit fails with
// this code and message. Whatever else a listener returns is "internal" to the window.
func Reject(code Code, message string) error {
	return &Error{Code: code, Err: errors.New(message), rejected: true}
}

// Public returns what a window may know of err: the code, message and path of a refusal by the bus or by
// [Reject], and the bare code "internal" for everything else. It returns nil for nil.
func Public(err error) *Error {
	if err == nil {
		return nil
	}
	// A rejection anywhere in the chain wins: the bus wraps what listeners return.
	for next := err; next != nil; {
		e, ok := errors.AsType[*Error](next)
		if !ok {
			break
		}
		if e.rejected {
			return &Error{Code: e.Code, Path: e.Path, Err: e.Err}
		}
		next = e.Err
	}
	e, ok := err.(*Error)
	if !ok {
		return &Error{Code: CodeInternal}
	}
	switch e.Code {
	case CodeInvalidPayload:
		return &Error{Code: e.Code, Path: e.Path, Err: e.Err}
	case CodeClosed, CodeUnknownEvent, CodeDirection, CodeAudience, CodeInvalidTarget, CodeNoTarget,
		CodeNoListener, CodeBroker, CodeTooManyKeys, CodeTooLarge, CodeOverflow, CodeForbidden, CodeRate:
		return &Error{Code: e.Code, Path: e.Path}
	}
	return &Error{Code: CodeInternal}
}
