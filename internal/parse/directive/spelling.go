package directive

import (
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

// Misspelt returns the directive that a comment was probably meant to be, or "". It looks at
// comments which are none: a space before the name, a blank or a slash for the colon, capitals,
// a typing error in the name, a comment between /* and */.
func Misspelt(comment string) string {
	if strings.HasPrefix(comment, rules.Prefix) {
		return ""
	}
	body, block := strings.CutPrefix(comment, "/*")
	if block {
		body = strings.TrimSuffix(body, "*/")
	} else {
		body = strings.TrimPrefix(comment, "//")
	}
	text := strings.TrimLeft(body, " \t\n*@")
	tool := strings.IndexFunc(text, func(r rune) bool { return !isLetter(r) })
	if tool <= 0 {
		return ""
	}
	name, rest := text[:tool], text[tool:]
	separator := rest[0]
	rest = strings.TrimLeft(rest[1:], " \t")
	verb := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return !isLetter(r) }); end >= 0 {
		verb, rest = rest[:end], rest[end:]
	} else {
		rest = ""
	}
	known := nearestVerb(verb)
	switch {
	case known == "" || !isTool(name):
		return ""
	case separator == ':':
	case strings.ContainsRune(" \t-/.", rune(separator)) && len(text) == len(body):
		// Behind a space this would be a sentence that begins with the tool's name.
		if !strings.EqualFold(name, "eventgen") || !strings.EqualFold(verb, known) {
			return ""
		}
	default:
		return ""
	}
	line, _, _ := strings.Cut(rest, "\n")
	return rules.Prefix + known + strings.TrimRight(line, " \t\r")
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// isTool reports whether name is eventgen, or almost.
func isTool(name string) bool {
	return diag.Nearest(name, []string{"eventgen"}) != ""
}

func nearestVerb(word string) string {
	if word == "" {
		return ""
	}
	return diag.Nearest(word, VerbNames())
}
