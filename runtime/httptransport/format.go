package httptransport

import (
	"bytes"
	"encoding/json"

	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/httptransport/internal/wsconn"
	"github.com/eventgen/eventgen/runtime/session"
)

// Protocol is the WebSocket subprotocol.
const Protocol = "eventgen.v1"

// format is how frames become bytes on a connection.
type format uint8

const (
	formatText    format = iota // a WebSocket message each
	formatDeflate               // the same, compressed
	formatStream                // a server-sent event each
)

// minDeflate is the size from which frames are compressed: below, it costs more than it saves.
const minDeflate = 256

// Name tells formats apart.
func (f format) Name() string { return [...]string{"ws", "ws+deflate", "sse"}[f] }

// Append adds one frame. seq is the position in the log that a page has reached with it, 0 if
// it tells of none.
func (f format) Append(dst, frame []byte, log *session.Epoch, seq uint64) []byte {
	switch {
	case f == formatStream:
		if seq > 0 {
			dst = append(dst, "id: "...)
			dst = append(log.AppendID(dst, seq), '\n')
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

// AppendClose adds the last words of a connection.
func (f format) AppendClose(dst []byte, why session.Closing) []byte {
	if f != formatStream {
		return wsconn.AppendClose(dst, ws.StatusCode(why.Code), why.Reason)
	}
	text, err := json.Marshal(struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}{why.Code, why.Reason})
	if err != nil { // a number and a string always marshal
		text = []byte("{}")
	}
	dst = append(dst, "event: close\ndata: "...)
	return append(append(dst, text...), "\n\n"...)
}

// AppendPing asks a WebSocket; an event stream cannot be asked.
func (f format) AppendPing(dst []byte) []byte {
	if f == formatStream {
		return dst
	}
	return wsconn.AppendPing(dst)
}
