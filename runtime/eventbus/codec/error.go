package codec

import (
	"strconv"
	"strings"
)

// An Error says what is wrong at one place of a payload. Errors of the encoder and of the
// decoder have the same form.
type Error struct {
	// Path is a JSON pointer (RFC 6901) into the payload; empty is the payload itself. The end of
	// a pointer longer than about a thousand bytes is missing.
	Path string
	// Expected says what may stand there: "an integer from 0 to 255".
	Expected string
	// Found says what stands there instead: "string", "300", "NaN".
	Found string
	// Err is the cause where user code or another package refused the value; nil otherwise.
	Err error
}

// Error returns the path followed by what was expected and found.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	switch {
	case e.Expected != "" && e.Found != "":
		b.WriteString("expected " + e.Expected + ", found " + e.Found)
	case e.Expected != "":
		b.WriteString("expected " + e.Expected)
	case e.Found != "":
		b.WriteString("unexpected " + e.Found)
	}
	if e.Err != nil {
		if e.Expected != "" || e.Found != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.Err }

// Errors are the problems of one payload, in the order of the input. A list is never empty.
type Errors []*Error

// Error joins the problems with semicolons.
func (e Errors) Error() string {
	parts := make([]string, len(e))
	for i, p := range e {
		parts[i] = p.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap returns the problems, so that errors.As finds the first *Error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, p := range e {
		out[i] = p
	}
	return out
}

// At returns err, which must not be nil, as a problem inside the property name.
func At(err error, name string) error { return prefix(err, "/"+escapeToken(name)) }

// AtIndex returns err, which must not be nil, as a problem inside the element i.
func AtIndex(err error, i int) error { return prefix(err, "/"+strconv.Itoa(i)) }

func prefix(err error, token string) error {
	if e, ok := err.(*Error); ok {
		e.Path = cut(token + e.Path)
		return e
	}
	return &Error{Path: token, Err: err}
}

var tokenEscaper = strings.NewReplacer("~", "~0", "/", "~1")

func escapeToken(name string) string { return tokenEscaper.Replace(name) }

// maxPath bounds a pointer; recursive types make long ones.
const maxPath = 1000

// cut drops tokens from the end of a pointer that is too long.
func cut(path string) string {
	if len(path) <= maxPath {
		return path
	}
	if i := strings.LastIndexByte(path[:maxPath], '/'); i > 0 {
		return path[:i]
	}
	return path
}

// maxQuoted bounds how much of a payload a message repeats.
const maxQuoted = 64

// quote returns s for a message, cut if it is long.
func quote(s string) string {
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "…"
	}
	return strconv.Quote(s)
}

// TooDeep is the problem of a value that is nested deeper than [MaxEncodeDepth], as a cycle of
// pointers is.
func TooDeep() error {
	return &Error{Expected: "at most " + strconv.Itoa(MaxEncodeDepth) + " levels", Found: "a deeper value or a cycle"}
}

// MaxEncodeDepth bounds the recursion of encoders: a type that contains itself is followed so
// many times. encoding/json reads no deeper nesting than this.
const MaxEncodeDepth = 10000
