package lower

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/eventgen/eventgen/internal/diag"
)

// jsonTag is a parsed `json:"…"` tag.
type jsonTag struct {
	skip      bool   // "-"
	name      string // empty when there is none or it is not valid
	omitEmpty bool
	omitZero  bool
	quoted    bool // ",string", whether or not it has an effect
	// misspelt is the first option that encoding/json ignores and that looks like one it knows.
	misspelt string
}

// tagOptions are those of encoding/json. Other libraries have more, which are no mistakes.
var tagOptions = []string{"omitempty", "omitzero", "string"}

// parseTag reads a struct tag as encoding/json does: the tag "-" skips the field, "-," names it
// so, and a name that is not valid counts as none.
func parseTag(tag string) jsonTag {
	text := reflect.StructTag(tag).Get("json")
	if text == "-" {
		return jsonTag{skip: true}
	}
	name, rest, _ := strings.Cut(text, ",")
	if !isValidName(name) {
		name = ""
	}
	out := jsonTag{name: name}
	for rest != "" {
		var option string
		option, rest, _ = strings.Cut(rest, ",")
		switch option {
		case "omitempty":
			out.omitEmpty = true
		case "omitzero":
			out.omitZero = true
		case "string":
			out.quoted = true
		default:
			if out.misspelt == "" && diag.Nearest(option, tagOptions) != "" {
				out.misspelt = option
			}
		}
	}
	return out
}

// isValidName is isValidTag of encoding/json.
func isValidName(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range s {
		switch {
		case strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c):
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			return false
		}
	}
	return true
}
