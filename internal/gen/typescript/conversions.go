package typescript

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// wireSuffix ends the name of a declaration's wire form, where TypeScript sees another.
const wireSuffix = "Wire"

// conversions tells which types TypeScript sees otherwise than they travel: the settings int64:
// bigint, time: date and bytes: uint8array make a value of its own of what is text on the wire.
type conversions struct {
	p *program
	// converted holds the declarations whose own body holds something converted.
	converted map[string]bool
}

// findConversions decides for every declaration whether it is converted: directly, or through
// what it reaches.
func findConversions(p *program) conversions {
	c := conversions{p: p, converted: map[string]bool{}}
	for again := true; again; {
		again = false
		for _, d := range p.sorted {
			if c.converted[d.ID] {
				continue
			}
			if slices.ContainsFunc(declTypes(d), c.typ) && d.Enum == nil {
				c.converted[d.ID] = true
				again = true
			}
		}
	}
	return c
}

// converts reports whether any payload is converted.
func (p *program) converts() bool {
	return slices.ContainsFunc(p.events, func(e *event) bool { return p.convert.typ(e.Payload) })
}

// decl reports whether the declaration with this ID is converted, whatever its arguments are.
func (c conversions) decl(id string) bool { return c.converted[id] }

// typ reports whether a value of t is converted.
func (c conversions) typ(t *ir.Type) bool {
	if t == nil {
		return false
	}
	s := c.p.settings
	switch t.Kind {
	case ir.KindInt, ir.KindUint:
		return s.Int64 == ir.Int64BigInt && c.p.types.Wide(t, ir.Place{})
	case ir.KindTime:
		return s.Time == ir.TimeDate && !t.Plain
	case ir.KindBytes:
		return s.Bytes == ir.BytesArray && !t.Plain
	case ir.KindPtr, ir.KindSlice, ir.KindArray, ir.KindMap:
		return c.typ(t.Elem)
	case ir.KindStruct:
		return slices.ContainsFunc(t.Fields, func(f *ir.Field) bool { return c.typ(f.Type) })
	case ir.KindRef:
		return c.converted[t.Ref] || slices.ContainsFunc(c.p.argsInUse(t), c.typ)
	}
	return false
}

// The conversions of the runtime, in src/decode/convert.ts.
const (
	convertBigInt = "bigints"
	convertDate   = "dates"
	convertBytes  = "bytes"
	convertNone   = "same"
	convertEach   = "each"
	convertFields = "fields"
	convertUnion  = "variants"
	convertLater  = "later"
	convertRead   = "reader"
	convertWrite  = "writer"
)

// A converter renders the conversions that the runtime carries out: one constant for each
// declaration, one expression for each payload.
type converter struct {
	p      *program
	file   *file
	params map[string]string
	// declared holds the declarations whose constant stands above.
	declared map[string]bool
}

// constView is a constant of a generated file that is not exported.
type constView struct {
	Name  string
	Type  string
	Value string
}

// convertName is the constant that converts a declaration.
func (p *program) convertName(id string) string { return "$convert" + p.names[id] }

// constants renders the conversions of all declarations that need one, dependencies first.
func (c *converter) constants(needed map[string]bool) []constView {
	var out []constView
	for _, d := range c.p.dependencyOrder(func(d *ir.Decl) bool { return needed[d.ID] }) {
		params := usedParams(d)
		c.params = typeParams(params, func(string) bool { return false })
		body := c.body(d)
		if body == "" {
			body = c.file.decodeValue(convertNone)
		}
		v := constView{Name: c.p.convertName(d.ID), Type: c.file.decodeType("Conversion")}
		if len(params) > 0 {
			names := make([]string, len(params))
			for i, p := range params {
				names[i] = c.p.convertParam(c.params[p.Name]) + ": " + c.file.decodeType("Conversion")
			}
			list := "(" + strings.Join(names, ", ") + ")"
			v.Value = list + ": " + v.Type + " => " + body
			v.Type = ""
		} else {
			v.Value = pureTree(body)
		}
		c.declared[d.ID] = true
		out = append(out, v)
	}
	return out
}

// convertParam is the parameter that converts a type parameter; unused ones are no problem under
// its name.
func (p *program) convertParam(name string) string { return p.local("_" + name) }

const pureMark = "/* @__PURE__ */ "

// pure marks a call as one that may be dropped when its result is not used.
func pure(value string) string {
	if strings.HasSuffix(value, ")") {
		return pureMark + value
	}
	return value
}

// pureTree marks an expression as one that may be dropped when its result is not used. A mark covers
// the outermost call alone, so calls in calls stand in a function, and the mark on its call.
func pureTree(value string) string {
	if strings.Count(value, "(") > 1 {
		return pureMark + "(() => " + value + ")()"
	}
	return pure(value)
}

// body is the conversion of a declaration.
func (c *converter) body(d *ir.Decl) string {
	if d.Union == nil {
		return c.typ(d.Type)
	}
	var variants []string
	for _, v := range d.Union.Variants {
		if conv := c.typ(v.Type); conv != "" {
			variants = append(variants, initKey(v.Name)+": "+conv)
		}
	}
	content := ""
	if d.Union.Content != "" {
		content = ", " + stringLiteral(d.Union.Content)
	}
	return fmt.Sprintf("%s(%s, { %s }%s)", c.file.decodeValue(convertUnion), stringLiteral(d.Union.Tag), strings.Join(variants, ", "), content)
}

// typ is the conversion of a type expression; "" for one that travels as it is.
func (c *converter) typ(t *ir.Type) string {
	if t == nil {
		return ""
	}
	if t.Kind == ir.KindParam {
		if name, ok := c.params[t.Param]; ok {
			return c.p.convertParam(name)
		}
		return ""
	}
	if !c.p.convert.typ(t) && !mentionsParam(t) {
		return ""
	}
	switch t.Kind {
	case ir.KindInt, ir.KindUint:
		return c.file.decodeValue(convertBigInt)
	case ir.KindTime:
		return c.file.decodeValue(convertDate)
	case ir.KindBytes:
		return c.file.decodeValue(convertBytes)
	case ir.KindPtr:
		return c.typ(t.Elem)
	case ir.KindSlice, ir.KindArray, ir.KindMap:
		if elem := c.typ(t.Elem); elem != "" {
			return c.file.decodeValue(convertEach) + "(" + elem + ")"
		}
	case ir.KindStruct:
		var fields []string
		for _, f := range t.Fields {
			if conv := c.typ(f.Type); conv != "" {
				fields = append(fields, initKey(f.Name)+": "+conv)
			}
		}
		if len(fields) > 0 {
			return c.file.decodeValue(convertFields) + "({ " + strings.Join(fields, ", ") + " })"
		}
	case ir.KindRef:
		return c.reference(t)
	}
	return ""
}

func (c *converter) reference(t *ir.Type) string {
	d := c.p.types.Decl(t)
	if d == nil {
		return ""
	}
	name := c.p.convertName(d.ID)
	if used := usedArgs(d, t.Args); len(used) > 0 {
		args := make([]string, len(used))
		for i, a := range used {
			if args[i] = c.typ(a); args[i] == "" {
				args[i] = c.file.decodeValue(convertNone)
			}
		}
		name += "(" + strings.Join(args, ", ") + ")"
	}
	if c.declared[d.ID] {
		return name
	}
	return c.file.decodeValue(convertLater) + "(() => " + name + ")"
}

// mentionsParam reports whether the form of t depends on a type parameter.
func mentionsParam(t *ir.Type) bool {
	found := false
	walkTypes(t, func(t *ir.Type) { found = found || t.Kind == ir.KindParam })
	return found
}

// neededConversions returns the declarations whose conversion a payload of these calls.
func (p *program) neededConversions(payloads []*ir.Type) map[string]bool {
	needed := map[string]bool{}
	var visit func(t *ir.Type)
	visit = func(t *ir.Type) {
		if t == nil {
			return
		}
		visit(t.Elem) // the keys of maps are text in any case
		for _, f := range t.Fields {
			visit(f.Type)
		}
		if t.Kind != ir.KindRef {
			return
		}
		for _, a := range p.argsInUse(t) {
			visit(a)
		}
		d := p.types.Decl(t)
		if d == nil || needed[d.ID] || d.Enum != nil || !p.convert.typ(t) && !mentionsParam(t) {
			return
		}
		needed[d.ID] = true
		for _, t := range declTypes(d) {
			visit(t)
		}
	}
	for _, t := range payloads {
		if p.convert.typ(t) {
			visit(t)
		}
	}
	return needed
}

// dependencyOrder returns the wanted declarations so that each stands behind those it refers to,
// as far as they do not refer to each other.
func (p *program) dependencyOrder(wanted func(*ir.Decl) bool) []*ir.Decl {
	var out []*ir.Decl
	seen := map[string]bool{}
	var visit func(d *ir.Decl)
	visit = func(d *ir.Decl) {
		if seen[d.ID] {
			return
		}
		seen[d.ID] = true
		for _, t := range declTypes(d) {
			walkTypes(t, func(t *ir.Type) {
				if next := p.types.Decl(t); next != nil {
					visit(next)
				}
			})
		}
		if wanted(d) {
			out = append(out, d)
		}
	}
	for _, d := range p.sorted {
		visit(d)
	}
	return out
}
