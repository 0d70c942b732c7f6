package codec

import "encoding/json"

// AppendRawMessage appends raw, compacted and HTML-safe; nil is null. Text that is not one JSON
// value is an *Error.
func AppendRawMessage(dst []byte, raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	return AppendRaw(dst, raw)
}

// AppendRaw appends raw as encoding/json does with what a MarshalJSON method returns: without
// white space between tokens, with the characters escaped that HTML gives a meaning, and
// otherwise as it is. Text that is not one JSON value is an *Error.
func AppendRaw(dst, raw []byte) ([]byte, error) {
	s := scanner{src: raw, limit: MaxEncodeDepth}
	if s.value() && s.peek() != 0 {
		s.fail("the end")
	}
	if s.failed != 0 {
		want := s.want
		if want == tooDeep {
			return dst, TooDeep()
		}
		return dst, &Error{Expected: want, Found: s.found(s.failed - 1)}
	}
	if !s.spaced && !s.special && plainHTML(raw) {
		return append(dst, raw...), nil
	}
	return appendCompact(dst, raw), nil
}

// plainHTML reports whether s is free of the characters that HTML gives a meaning.
func plainHTML(s []byte) bool {
	for _, c := range s {
		if c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// appendCompact appends s, which is valid JSON.
func appendCompact(dst, s []byte) []byte {
	start := 0
	flush := func(end, next int) {
		dst = append(dst, s[start:end]...)
		start = next
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\n', '\r':
			flush(i, i+1)
		case '"':
			for i++; s[i] != '"'; i++ {
				switch c := s[i]; c {
				case '\\':
					i++
				case '<', '>', '&':
					flush(i, i+1)
					dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
				case 0xE2: // U+2028 and U+2029 are E2 80 A8 and E2 80 A9
					if s[i+1] == 0x80 && s[i+2]&^1 == 0xA8 {
						flush(i, i+3)
						dst = append(dst, '\\', 'u', '2', '0', '2', hex[s[i+2]&0xF])
						i += 2
					}
				}
			}
		}
	}
	return append(dst, s[start:]...)
}
