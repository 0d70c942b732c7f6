package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// envelope is what a message may hold around a payload, in bytes.
const envelope = 4 << 10

// The close codes. See docs/protocol.md, 8.
const (
	CloseGoingAway       = 1001
	CloseTooLarge        = 1009
	CloseFailed          = 1011
	CloseElsewhere       = 4307
	CloseBadFrame        = 4400
	CloseUnauthenticated = 4401
	CloseForbidden       = 4403
	CloseNoHello         = 4408
	CloseReplaced        = 4409
	CloseWindowTaken     = 4423
	CloseRateLimited     = 4429
	CloseSlow            = 4503
)

// Closing is why a connection ends.
type Closing struct {
	Code   int
	Reason string
}

// Error returns the code and the reason.
func (c Closing) Error() string { return fmt.Sprintf("session: closed with %d: %s", c.Code, c.Reason) }

type welcome struct {
	Peer      string               `json:"peer"`
	Session   string               `json:"session"`
	Ticket    string               `json:"ticket"`
	Epoch     string               `json:"epoch"`
	At        uint64               `json:"at"`
	Resumed   bool                 `json:"resumed,omitempty"`
	ExpiresIn float64              `json:"expiresIn,omitempty"` // seconds
	Heartbeat float64              `json:"heartbeat"`           // seconds
	Max       int                  `json:"max"`                 // bytes
	Refused   map[string]wireError `json:"refused,omitempty"`
}

// secondsUntil returns how long credentials hold, 0 if they do not end.
func secondsUntil(expires time.Time) float64 {
	if expires.IsZero() {
		return 0
	}
	return max(time.Until(expires), time.Second).Truncate(time.Millisecond).Seconds()
}

type wireError struct {
	Code    eventbus.Code `json:"code"`
	Message string        `json:"message,omitempty"`
	Path    string        `json:"path,omitempty"`
}

// publicError is what a page may know of err.
func publicError(err error) *wireError {
	public := eventbus.Public(err)
	if public == nil {
		return nil
	}
	e := &wireError{Code: eventbus.Code(cut(string(public.Code), maxText)), Path: cut(public.Path, maxText)}
	if public.Err != nil {
		e.Message = cut(public.Err.Error(), maxText)
	}
	return e
}

// maxText bounds each text of an error, in bytes: outcomes are kept.
const maxText = 1 << 10

// cut returns the beginning of a text that is too long.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return strings.Clone(text[:most])
}

func appendWelcome(dst []byte, w welcome) []byte { return appendJSON(dst, "welcome", w) }

// appendAck appends the answer to an unlisten or emit, or to a listen that was refused as a whole.
func appendAck(dst []byte, id uint64, err *wireError) []byte {
	dst = append(dst, `{"ack":`...)
	dst = strconv.AppendUint(dst, id, 10)
	if err != nil {
		dst = appendMember(dst, "error", err)
	}
	return append(dst, '}')
}

// appendListening appends the answer to a listen that holds from the position on.
func appendListening(dst []byte, id, at uint64, refused map[string]wireError) []byte {
	dst = append(dst, `{"ack":`...)
	dst = strconv.AppendUint(dst, id, 10)
	dst = append(dst, `,"at":`...)
	dst = strconv.AppendUint(dst, at, 10)
	if len(refused) > 0 {
		dst = appendMember(dst, "refused", refused)
	}
	return append(dst, '}')
}

// appendGap appends what a page missed: a count for each event, or null where none is known.
func appendGap(dst []byte, missed map[string]*uint64) []byte {
	return appendJSON(dst, "gap", struct {
		Events map[string]*uint64 `json:"events"`
	}{missed})
}

// together makes one message of frames, so that a page gets all of them or none.
func together(frames ...[]byte) []byte {
	if len(frames) == 1 {
		return frames[0]
	}
	return append(append([]byte{'['}, bytes.Join(frames, []byte{','})...), ']')
}

// appendStale appends the contracts under which the backend has the events.
func appendStale(dst []byte, contracts map[string]string) []byte {
	return appendJSON(dst, "stale", contracts)
}

func appendRefused(dst []byte, refused map[string]wireError) []byte {
	return appendJSON(dst, "refused", refused)
}

func appendAuth(dst []byte, expiresIn float64) []byte {
	return appendJSON(dst, "auth", struct {
		ExpiresIn float64 `json:"expiresIn,omitempty"`
	}{expiresIn})
}

// appendTicket appends a ticket in place of the last.
func appendTicket(dst []byte, ticket string) []byte { return appendJSON(dst, "ticket", ticket) }

// appendAt appends a heartbeat.
func appendAt(dst []byte, at uint64) []byte {
	dst = append(dst, `{"at":`...)
	return append(strconv.AppendUint(dst, at, 10), '}')
}

func appendJSON(dst []byte, name string, v any) []byte {
	dst = append(dst, '{')
	return append(appendMember(dst, name, v), '}')
}

// appendMember appends a member, after a comma if the object has one already.
func appendMember(dst []byte, name string, v any) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	text, err := json.Marshal(v)
	if err != nil { // strings and numbers always marshal
		text = []byte("null")
	}
	return append(dst, text...)
}
