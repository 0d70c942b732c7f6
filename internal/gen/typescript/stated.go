package typescript

import "strings"

// A tsToken is a word, a literal or a punctuation mark of TypeScript that a user wrote.
type tsToken struct {
	text string
	word bool
}

// tsTokens splits the text of a type far enough to see its words and brackets.
func tsTokens(ts string) []tsToken {
	var out []tsToken
	for i := 0; i < len(ts); {
		start := i
		switch c := ts[i]; {
		case c == ' ' || c == '\t' || c == '\n':
			i++
			continue
		case c == '\'' || c == '"' || c == '`':
			for i++; i < len(ts) && ts[i] != c; i++ {
				if ts[i] == '\\' {
					i++
				}
			}
			i = min(i+1, len(ts))
			out = append(out, tsToken{text: ts[start:i]})
		case isWordByte(c):
			for i < len(ts) && isWordByte(ts[i]) {
				i++
			}
			out = append(out, tsToken{text: ts[start:i], word: true})
		default:
			i++
			out = append(out, tsToken{text: ts[start:i]})
		}
	}
	return out
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// identifiers returns the words of a type that can name another one: no property keys, no
// members behind a dot.
func identifiers(ts string) []string {
	tokens := tsTokens(ts)
	at := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return tokens[i].text
	}
	var out []string
	for i, t := range tokens {
		key := at(i+1) == ":" || at(i+1) == "?" && at(i+2) == ":"
		if t.word && !key && at(i-1) != "." {
			out = append(out, t.text)
		}
	}
	return out
}

// isOneOperand reports whether a type needs no parentheses anywhere: one word, one literal, or
// one pair of brackets with all the rest in it.
func isOneOperand(ts string) bool {
	tokens := tsTokens(ts)
	if len(tokens) == 1 {
		return true
	}
	if len(tokens) == 0 || !strings.Contains("{[(", tokens[0].text) {
		return false
	}
	depth := 0
	for i, t := range tokens {
		switch t.text {
		case "{", "[", "(":
			depth++
		case "}", "]", ")":
			depth--
		}
		if depth == 0 {
			return i == len(tokens)-1
		}
	}
	return false
}
