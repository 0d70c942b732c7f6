package golang

import (
	"github.com/eventgen/eventgen/internal/ir"
)

// ref writes a value of a declared type.
func (e *encoder) ref(t *ir.Type, l loc, f form) {
	i := e.g.instanceOf(t)
	if i == nil {
		e.opaque(l)
		return
	}
	f.enum = f.enum || i.Decl.Enum != nil
	if !i.function() {
		f.named = true
		e.value(i.Body, l, f)
		return
	}
	if i.Body != nil && i.Body.Kind == ir.KindMap && !i.recursive && f.present {
		f.named = true
		e.value(i.Body, l, f)
		return
	}
	fn, args := e.g.codecs.encodeFunc(i), []string{l.pointer()}
	if i.byValue() {
		args[0] = l.value()
	}
	if i.recursive {
		args = append(args, e.deeper())
	}
	text := f.quoted && i.closed() && i.Body.Kind == ir.KindString
	if text {
		e.flush()
		n := e.local("n")
		e.mark(n)
		defer func() { e.call(e.g.codec("Requote"), n) }()
	}
	e.quote(f.quoted && i.closed() && !text, func() {
		if i.fallible {
			e.try(fn, args...)
		} else {
			e.call(fn, args...)
		}
	})
}

func (e *encoder) deeper() string {
	if e.depth == "" {
		return "0"
	}
	return e.depth + "+1"
}

// marshaler writes a value by its own methods.
func (e *encoder) marshaler(t *ir.Type, l loc, f form) {
	g := e.g
	nilable := t.Marshal != nil && t.Marshal.Nilable
	self := l.pointer()
	if nilable {
		self = l.value()
	}
	write := func() {
		switch {
		case t.Kind == ir.KindTime && isGo(t, timePath, "Time"):
			e.try(g.codec("AppendTime"), l.value())
		case t.Kind == ir.KindRaw && isGo(t, jsonPath, "RawMessage"):
			e.try(g.codec("AppendRawMessage"), l.value())
		case t.Kind == ir.KindText:
			e.try(g.codec("AppendTextMarshaler"), self)
		default:
			e.try(g.codec("AppendMarshaler"), self)
		}
	}
	if nilable {
		e.nilable(l, f, "null", write)
	} else {
		write()
	}
}

func isGo(t *ir.Type, path, name string) bool {
	return t.Go == nil || t.Go.Path == path && t.Go.Name == name
}
