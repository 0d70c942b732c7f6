package asyncapi

import (
	"strconv"

	"github.com/eventgen/eventgen/internal/ir"
)

// What travels in strings, as regular expressions of ECMA 262.
const (
	base64Pattern = `^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`
	numberPattern = `^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$`
	stringPattern = `^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"$`
)

// bounds are the least and the greatest integer of a width.
var bounds = map[ir.Kind]map[int][2]string{
	ir.KindInt: {
		8: {"-128", "127"}, 16: {"-32768", "32767"}, 32: {"-2147483648", "2147483647"},
		64: {"-9223372036854775808", "9223372036854775807"},
	},
	ir.KindUint: {8: {"0", "255"}, 16: {"0", "65535"}, 32: {"0", "4294967295"}, 64: {"0", "18446744073709551615"}},
}

func width(bits int) int {
	if bits == 0 {
		return 64 // int, uint and uintptr
	}
	return bits
}

// integerPattern is the text of an integer of a width, up to its number of digits.
func integerPattern(kind ir.Kind, bits int) string {
	sign := ""
	if kind == ir.KindInt {
		sign = "-?"
	}
	digits := len(bounds[kind][width(bits)][1]) - 1
	return "^(?:0|" + sign + "[1-9][0-9]{0," + strconv.Itoa(digits) + "})$"
}

// typeOf is the JSON type of a basic kind.
func typeOf(s ir.Slot) string {
	if s.Quoted {
		return "string"
	}
	switch s.Kind {
	case ir.KindBool:
		return "boolean"
	case ir.KindInt, ir.KindUint:
		return "integer"
	case ir.KindFloat, ir.KindNumber:
		return "number"
	case ir.KindString:
		return "string"
	}
	return ""
}

// basic is a bool, number or string, in quotes or not.
func basic(s ir.Slot) object {
	out := object{{"type", typeOf(s)}}
	integer := s.Kind == ir.KindInt || s.Kind == ir.KindUint
	switch {
	case s.Quoted && integer:
		return out.with("pattern", integerPattern(s.Kind, s.Bits))
	case s.Quoted && s.Kind == ir.KindBool:
		return out.with("enum", list{"true", "false"})
	case s.Quoted && s.Kind == ir.KindString:
		return out.with("contentMediaType", "application/json").with("pattern", stringPattern)
	case s.Quoted:
		return out.with("pattern", numberPattern)
	case integer:
		b := bounds[s.Kind][width(s.Bits)]
		return out.with("minimum", number(b[0])).with("maximum", number(b[1]))
	}
	return out
}
