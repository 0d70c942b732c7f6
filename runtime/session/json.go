package session

import "iter"

// members yields the names, in their quotes, and the values of an object. The text must be valid JSON.
func members(text []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for rest := trimSpace(text[1:]); rest[0] != '}'; {
			n := valueLength(rest)
			name := rest[:n]
			rest = trimSpace(trimSpace(rest[n:])[1:]) // the colon
			n = valueLength(rest)
			if !yield(name, rest[:n]) {
				return
			}
			if rest = trimSpace(rest[n:]); rest[0] == ',' {
				rest = trimSpace(rest[1:])
			}
		}
	}
}

// elements yields the values of an array. The text must be valid JSON.
func elements(text []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		for rest := trimSpace(text[1:]); rest[0] != ']'; {
			n := valueLength(rest)
			if !yield(rest[:n]) {
				return
			}
			if rest = trimSpace(rest[n:]); rest[0] == ',' {
				rest = trimSpace(rest[1:])
			}
		}
	}
}

// valueLength returns the length of the value that valid JSON begins with.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of a number or a word
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// trimSpace cuts the white space of JSON off the front.
func trimSpace(text []byte) []byte {
	for i, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return text[i:]
		}
	}
	return nil
}
