package golang

import (
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// enum writes the body of a closed enum's encoder: other values are refused.
func (e *encoder) enum(i *instance, v string) {
	g := e.g
	fn, typ := "AppendInt", "int64"
	switch i.Body.Kind {
	case ir.KindString:
		fn, typ = "AppendString", "string"
	case ir.KindUint:
		fn, typ = "AppendUint", "uint64"
	}
	value := call(typ, v)
	if len(i.Decl.Enum.Members) == 0 {
		e.fail(call(g.codec("NotMember"), text("no value"), value))
		return
	}
	e.line("switch ", v, " {")
	e.clause("case "+strings.Join(mapSlice(i.Decl.Enum.Members, member), ", "), func() {
		e.call(g.codec(fn), value)
		e.line("return ", e.dst, ", nil")
	})
	e.line("}")
	e.fail(call(g.codec("NotMember"), text(expectedMembers(i.Decl.Enum)), value))
}

// member returns a member's value as an untyped Go constant.
func member(m *ir.Member) string {
	if strings.HasPrefix(m.Value, `"`) {
		return strconv.Quote(jsonText(m.Value))
	}
	return m.Value
}

// expectedMembers says in a message which values an enum has.
func expectedMembers(e *ir.Enum) string {
	const most = 12
	var b strings.Builder
	for i, m := range e.Members {
		if i == most {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(m.Value)
	}
	if len(e.Members) == 1 {
		return b.String()
	}
	return "one of " + b.String()
}
