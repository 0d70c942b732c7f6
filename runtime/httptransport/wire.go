package httptransport

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport/internal/wsconn"
)

// Protocol is the WebSocket subprotocol.
const Protocol = "eventgen.v1"

// The close codes. See docs/protocol.md, 8.
const (
	closeGoingAway       = 1001
	closeFailed          = 1011
	closeBadFrame        = 4400
	closeUnauthenticated = 4401
	closeForbidden       = 4403
	closeNoHello         = 4408
	closeReplaced        = 4409
	closeWindowTaken     = 4423
	closeRateLimited     = 4429
	closeSlow            = 4503
)

// closing is why a connection ends.
type closing struct {
	code   int
	reason string
}

// format is how frames become bytes on a connection.
type format uint8

const (
	formatText    format = iota // a WebSocket message each
	formatDeflate               // the same, compressed
	formatStream                // a server-sent event each
)

// minDeflate is the size from which frames are compressed: below, it costs more than it saves.
const minDeflate = 256

// append adds one frame. seq is the position in the log that a page has reached with it, 0 if
// it tells of none.
func (f format) append(dst, frame []byte, log *epoch, seq uint64) []byte {
	switch {
	case f == formatStream:
		if seq > 0 {
			dst = append(dst, "id: "...)
			dst = append(log.appendID(dst, seq), '\n')
		}
		dst = append(dst, "data: "...)
		// JSON may be written over several lines by an encoder of the application. For an event stream each of these
		// characters ends a line; in JSON they are white space.
		for line := range bytes.SplitSeq(frame, []byte{'\n'}) {
			for part := range bytes.SplitSeq(line, []byte{'\r'}) {
				dst = append(dst, part...)
			}
		}
		return append(dst, "\n\n"...)
	case f == formatDeflate && len(frame) >= minDeflate:
		return wsconn.AppendCompressed(dst, frame)
	default:
		return wsconn.AppendText(dst, frame)
	}
}

// appendClose adds the last words of a connection.
func (f format) appendClose(dst []byte, why closing) []byte {
	if f != formatStream {
		return wsconn.AppendClose(dst, ws.StatusCode(why.code), why.reason)
	}
	dst = append(dst, "event: close\ndata: "...)
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, int64(why.code), 10)
	dst = appendMember(dst, "reason", why.reason)
	return append(dst, "}\n\n"...)
}

type welcome struct {
	Peer      string               `json:"peer"`
	Session   string               `json:"session"`
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

// appendAck appends the answer to a listen, unlisten or emit.
func appendAck(dst []byte, id uint64, refused map[string]wireError, err *wireError) []byte {
	dst = append(dst, `{"ack":`...)
	dst = strconv.AppendUint(dst, id, 10)
	if len(refused) > 0 {
		dst = appendMember(dst, "refused", refused)
	}
	if err != nil {
		dst = appendMember(dst, "error", err)
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
