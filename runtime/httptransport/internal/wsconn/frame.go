package wsconn

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

const (
	finText     = 0x81 // FIN and opcode 1
	rsv1        = 0x40 // RFC 7692: the message is compressed
	maxReason   = ws.MaxControlFramePayloadSize - 2
	maxTinySize = 125
)

// AppendText appends one unfragmented text frame.
func AppendText(dst, message []byte) []byte {
	return append(appendHeader(dst, finText, len(message)), message...)
}

// AppendCompressed appends one text frame, compressed without context takeover, so that the
// same bytes serve every connection that negotiated it. A message that would not become
// smaller is sent as it is.
func AppendCompressed(dst, message []byte) []byte {
	packed, err := wsflate.DefaultHelper.Compress(message)
	if err != nil || len(packed) >= len(message) {
		return AppendText(dst, message)
	}
	return append(appendHeader(dst, finText|rsv1, len(packed)), packed...)
}

// AppendPing appends a ping without payload.
func AppendPing(dst []byte) []byte { return append(dst, 0x80|byte(ws.OpPing), 0) }

// AppendPong appends the answer to a ping; a control frame's payload has at most 125 bytes.
func AppendPong(dst, payload []byte) []byte {
	return append(appendHeader(dst, 0x80|byte(ws.OpPong), len(payload)), payload...)
}

// AppendClose appends a close frame. A reason that is too long is cut.
func AppendClose(dst []byte, code ws.StatusCode, reason string) []byte {
	if len(reason) > maxReason {
		reason = string(bytes.ToValidUTF8([]byte(reason[:maxReason]), nil))
	}
	if !utf8.ValidString(reason) {
		reason = ""
	}
	dst = appendHeader(dst, 0x80|byte(ws.OpClose), 2+len(reason))
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	return append(dst, reason...)
}

func appendHeader(dst []byte, first byte, n int) []byte {
	switch {
	case n <= maxTinySize:
		return append(dst, first, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, first, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, first, 127), uint64(n))
	}
}
