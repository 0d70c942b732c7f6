package natsbroker

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// longest is how long a token may be before it is a sum.
const longest = 200

// token returns a name as a token of a subject: no two names have the same.
func token(name string) string {
	if name == "" {
		return "~"
	}
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteString(hex.EncodeToString([]byte{c}))
		}
	}
	if b.Len() > longest {
		sum := sha256.Sum256([]byte(name))
		return "~" + hex.EncodeToString(sum[:])
	}
	return b.String()
}

// whole stands in the place of a key for all keys of an event. No name has this token.
const whole = "!"
