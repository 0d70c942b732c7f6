package golang

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// enum writes the body of a closed enum's encoder: other values are refused.
func (e *encoder) enum(i *instance, v string) {
	g := e.g
	value, found := e.enumValue(i, v)
	members := make([]jen.Code, len(i.decl.Enum.Members))
	for n, m := range i.decl.Enum.Members {
		members[n] = memberLit(m)
	}
	if len(members) == 0 {
		e.add(e.fail(g.codec("NotMember").Call(text("no value"), found)))
		return
	}
	e.add(jen.Switch(jen.Id(v)).Block(
		jen.Case(members...).Block(e.branch("", func() {
			e.call(value.fn, value.arg)
			e.flush()
			e.add(jen.Return(jen.Id(e.dst), jen.Nil()))
		})...),
	))
	e.add(e.fail(g.codec("NotMember").Call(text(expectedMembers(i.decl.Enum)), found)))
}

type enumCall struct{ fn, arg jen.Code }

// enumValue returns the call that appends an enum's value, and the value for a message.
func (e *encoder) enumValue(i *instance, v string) (enumCall, jen.Code) {
	g := e.g
	switch i.body.Kind {
	case ir.KindString:
		value := jen.String().Call(jen.Id(v))
		return enumCall{g.codec("AppendString"), value}, value.Clone()
	case ir.KindUint:
		value := jen.Uint64().Call(jen.Id(v))
		return enumCall{g.codec("AppendUint"), value}, value.Clone()
	default:
		value := jen.Int64().Call(jen.Id(v))
		return enumCall{g.codec("AppendInt"), value}, value.Clone()
	}
}

// memberLit returns a member's value as an untyped Go constant.
func memberLit(m *ir.Member) jen.Code { return jen.Op(memberSource(m)) }

func memberSource(m *ir.Member) string {
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
