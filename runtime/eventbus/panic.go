package eventbus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// PanicError is the cause of an [Error] that stands for a panic in code of the application.
type PanicError struct {
	// Value is what the code panicked with.
	Value any
	// Stack is the stack at the panic, as debug.Stack formats it.
	Stack []byte
}

// Error returns the value and the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// panicked returns the cause of an error that stands for a panic. It is called where the stack still shows it.
func panicked(reason any) *PanicError { return &PanicError{Value: reason, Stack: debug.Stack()} }

var errGoexit = errors.New("the listener called runtime.Goexit")

// unreturned reports a listener that did not return: reason is what it panicked with, and nil after a
// Goexit. A window that waits learns that its emit failed.
func (t *topic) unreturned(ctx context.Context, reason any, to *answers) {
	err := t.err(CodeListener, errGoexit)
	if reason != nil {
		err = t.err(CodePanic, panicked(reason))
	}
	if to != nil && to.failure == nil {
		to.failure = err
	}
	t.b.fail(ctx, err)
}

// contain is deferred around what an emit calls beside listeners: interceptors, the key function, predicates of
// targets. If one of them panics the emit fails, and the error handler learns of it.
func (t *topic) contain(ctx context.Context, err *error) {
	if reason := recover(); reason != nil {
		e := t.err(CodePanic, panicked(reason))
		*err = e
		t.b.fail(ctx, e)
	}
}
