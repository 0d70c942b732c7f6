// Package wirecheck checks JSON documents against the wire model, strictly: every key is known,
// there unless it is optional, and in its place; null is only where the model has it; kinds,
// ranges, lengths and the spelling of keys are exact.
//
// It is the oracle of the lowering's tests, and of the tests of generated encoders. It also
// tells what a set of documents did not show ([Checker.Unseen]), which finds a model that
// allows more than ever happens.
package wirecheck

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eventgen/eventgen/internal/ir"
)

// Checker checks documents of the payloads of one package. It is not safe for concurrent use.
type Checker struct {
	settings ir.Settings
	decls    map[string]*ir.Decl
	fields   map[*ir.Field]*sight
	nulls    map[place]*sight
}

// sight tells which of two things have been seen: a key or null, and its opposite.
type sight struct {
	where    string
	with     bool
	without  bool
	optional bool
}

// place is a type expression as it is used.
type place struct {
	typ *ir.Type
	use use
}

// use says how a type stands where it is used.
type use struct {
	quoted  bool // the field's option ",string" is in effect
	present bool // the field is left out when its value is nil
	// pointed: it is behind a pointer, to which null belongs.
	pointed bool
}

// scope holds the arguments of a generic declaration.
type scope struct {
	args map[string]bound
}

type bound struct {
	typ *ir.Type
	in  *scope
}

// New returns a Checker for the declarations.
func New(decls []*ir.Decl, settings ir.Settings) *Checker {
	c := &Checker{
		settings: settings,
		decls:    map[string]*ir.Decl{},
		fields:   map[*ir.Field]*sight{},
		nulls:    map[place]*sight{},
	}
	for _, d := range decls {
		c.decls[d.ID] = d
	}
	return c
}

// Check returns an error that begins with a JSON path if the document is no value of t. A union
// as a payload always has a variant.
func (c *Checker) Check(t *ir.Type, doc []byte) error {
	v, err := parse(doc)
	if err != nil {
		return err
	}
	d := c.decls[t.Ref]
	return c.value(t, v, nil, use{present: d != nil && d.Union != nil}, "$", "$")
}

// Unseen lists what the documents so far, of the types that they had, did not show: optional
// keys that were never absent or never there, nullable values that were never null or always.
func (c *Checker) Unseen() []string {
	var out []string
	for _, s := range c.fields {
		if s.optional && !s.without {
			out = append(out, s.where+" is optional and was never absent")
		}
		if !s.with {
			out = append(out, s.where+" was never there")
		}
	}
	for _, s := range c.nulls {
		if !s.without {
			out = append(out, s.where+" was always null")
		}
		if !s.with {
			out = append(out, s.where+" was never null")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func see[K comparable](m map[K]*sight, key K, where string, with bool) *sight {
	s := m[key]
	if s == nil {
		s = &sight{where: where}
		m[key] = s
	}
	s.with = s.with || with
	s.without = s.without || !with
	return s
}

// value checks v. path is its place in the document, where its place in the model.
func (c *Checker) value(t *ir.Type, v any, in *scope, u use, path, where string) error {
	fail := func(want string) error { return fmt.Errorf("%s: %s, want %s", path, show(v), want) }
	if c.nilable(t) && !u.present {
		if !u.pointed {
			see(c.nulls, place{t, u}, where, v == nil)
		}
		if v == nil {
			return nil
		}
	}
	switch t.Kind {
	case ir.KindBool, ir.KindInt, ir.KindUint, ir.KindFloat, ir.KindString, ir.KindNumber:
		return c.scalar(t, v, u, path)
	case ir.KindBytes:
		text, ok := v.(string)
		if !ok {
			return fail("base64")
		}
		if _, err := base64.StdEncoding.Strict().DecodeString(text); err != nil {
			return fail("base64")
		}
	case ir.KindSlice:
		list, ok := v.([]any)
		if !ok {
			return fail("an array")
		}
		return c.elements(t, list, in, path, where)
	case ir.KindArray:
		list, ok := v.([]any)
		if !ok || len(list) != t.Len {
			return fail(fmt.Sprintf("an array of %d", t.Len))
		}
		return c.elements(t, list, in, path, where)
	case ir.KindMap:
		o, ok := v.(*object)
		if !ok {
			return fail("an object")
		}
		for _, key := range o.keys {
			if err := c.key(t.Key, key, in); err != nil {
				return fmt.Errorf("%s: key %q: %w", path, key, err)
			}
			if err := c.value(t.Elem, o.values[key], in, use{}, path+"."+key, where+"{}"); err != nil {
				return err
			}
		}
	case ir.KindPtr:
		return c.value(t.Elem, v, in, use{quoted: u.quoted, pointed: !u.present}, path, where+"*")
	case ir.KindStruct:
		o, ok := v.(*object)
		if !ok {
			return fail("an object")
		}
		return c.object(t, o, in, path, where)
	case ir.KindRef:
		return c.ref(t, v, in, u, path, where)
	case ir.KindParam:
		if in == nil || in.args[t.Param].typ == nil {
			return fmt.Errorf("%s: the model uses parameter %s outside its declaration", path, t.Param)
		}
		arg := in.args[t.Param]
		return c.value(arg.typ, v, arg.in, u, path, where+"<"+t.Param+">")
	case ir.KindTime:
		text, ok := v.(string)
		if !ok {
			return fail("a time")
		}
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return fail("a time")
		}
	case ir.KindText:
		if _, ok := v.(string); !ok {
			return fail("text")
		}
		return c.stated(t, v, in, path)
	case ir.KindCustom:
		return c.stated(t, v, in, path)
	case ir.KindAny:
		return c.oneOf(t, v, in, path, where)
	case ir.KindRaw:
	default:
		return fmt.Errorf("%s: the model has a type of kind %q", path, t.Kind)
	}
	return nil
}

// oneOf checks a value of a sealed interface that is no union.
func (c *Checker) oneOf(t *ir.Type, v any, in *scope, path, where string) error {
	if v == nil {
		return nil
	}
	var err error
	for _, form := range t.OneOf {
		if err = c.value(form, v, in, use{}, path, where); err == nil {
			return nil
		}
	}
	return err
}

// nilable reports whether null is among the values of t because its Go value can be nil.
func (c *Checker) nilable(t *ir.Type) bool {
	switch t.Kind {
	case ir.KindBytes, ir.KindSlice, ir.KindMap:
		return t.Plain || c.settings.Nil != ir.NilEmpty
	case ir.KindPtr:
		return true
	case ir.KindRef:
		d := c.decls[t.Ref]
		return d != nil && d.Union != nil
	case ir.KindTime, ir.KindText, ir.KindCustom:
		return t.Marshal != nil && t.Marshal.Nilable
	}
	return false
}

func (c *Checker) elements(t *ir.Type, list []any, in *scope, path, where string) error {
	for i, v := range list {
		if err := c.value(t.Elem, v, in, use{}, path+"["+strconv.Itoa(i)+"]", where+"[]"); err != nil {
			return err
		}
	}
	return nil
}

// object checks the properties of a struct, which come in the order of its fields.
func (c *Checker) object(t *ir.Type, o *object, in *scope, path, where string) error {
	next := 0
	for _, f := range t.Fields {
		v, there := o.values[f.Name]
		s := see(c.fields, f, where+"."+f.Name, there)
		s.optional = f.Optional
		if !there {
			if !f.Optional {
				return fmt.Errorf("%s: key %q is missing", path, f.Name)
			}
			continue
		}
		if o.keys[next] != f.Name {
			if slices.ContainsFunc(t.Fields, func(f *ir.Field) bool { return f.Name == o.keys[next] }) {
				return fmt.Errorf("%s: key %q comes before %q", path, o.keys[next], f.Name)
			}
			return fmt.Errorf("%s: key %q is unknown", path, o.keys[next])
		}
		next++
		u := use{quoted: f.Quoted, present: f.OmitsNil()}
		if err := c.value(f.Type, v, in, u, path+"."+f.Name, where+"."+f.Name); err != nil {
			return err
		}
	}
	if next < len(o.keys) {
		return fmt.Errorf("%s: key %q is unknown", path, o.keys[next])
	}
	return nil
}

func (c *Checker) ref(t *ir.Type, v any, in *scope, u use, path, where string) error {
	d := c.decls[t.Ref]
	if d == nil {
		return fmt.Errorf("%s: the model refers to %s, which it does not declare", path, t.Ref)
	}
	if len(t.Args) != len(d.Params) {
		return fmt.Errorf("%s: %s has %d parameters and %d arguments", path, t.Ref, len(d.Params), len(t.Args))
	}
	switch {
	case d.Union != nil:
		return c.union(d, v, path, where)
	case d.Enum != nil:
		return c.enum(d, v, u, path)
	}
	inner := &scope{args: map[string]bound{}}
	for i, p := range d.Params {
		inner.args[p.Name] = bound{t.Args[i], in}
	}
	name := d.ID[strings.LastIndexByte(d.ID, '/')+1:]
	if c.nilable(d.Type) {
		name = where + ":" + name // null is seen where the type is used
	}
	return c.value(d.Type, v, inner, u, path, name)
}

func (c *Checker) union(d *ir.Decl, v any, path, where string) error {
	o, ok := v.(*object)
	if !ok {
		return fmt.Errorf("%s: %s, want a variant of %s", path, show(v), d.ID)
	}
	tag, ok := o.values[d.Union.Tag].(string)
	if !ok || o.keys[0] != d.Union.Tag {
		return fmt.Errorf("%s: the tag %q does not come first", path, d.Union.Tag)
	}
	for _, variant := range d.Union.Variants {
		if variant.Name != tag {
			continue
		}
		if d.Union.Content == "" {
			rest := &object{keys: o.keys[1:], values: o.values}
			return c.value(variant.Type, rest, nil, use{}, path, where)
		}
		content, ok := o.values[d.Union.Content]
		if !ok || len(o.keys) != 2 {
			return fmt.Errorf("%s: want the keys %q and %q", path, d.Union.Tag, d.Union.Content)
		}
		return c.value(variant.Type, content, nil, use{}, path+"."+d.Union.Content, where)
	}
	return fmt.Errorf("%s: %s has no variant %q", path, d.ID, tag)
}

// enum checks a value of an enum, which without members to hold it is one of its basic type.
func (c *Checker) enum(d *ir.Decl, v any, u use, path string) error {
	if err := c.scalar(d.Type, v, u, path); err != nil {
		return err
	}
	if d.Enum.Mode != ir.EnumClosed {
		return nil
	}
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = string(v)
	case string:
		text = v
		if !c.quoted(d.Type, u) {
			text = quote(v)
		}
	}
	if !hasMember(d.Enum, text) {
		return fmt.Errorf("%s: %s is no member of %s", path, show(v), d.ID)
	}
	return nil
}

// hasMember reports whether an enum has the member with this value, compared as JSON.
func hasMember(e *ir.Enum, text string) bool {
	return slices.ContainsFunc(e.Members, func(m *ir.Member) bool { return canonical(m.Value) == canonical(text) })
}

func canonical(text string) string {
	var s string
	if json.Unmarshal([]byte(text), &s) == nil {
		return quote(s)
	}
	return text
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b)
}

// quoted reports whether a scalar is a string on the wire.
func (c *Checker) quoted(t *ir.Type, u use) bool {
	wide := (t.Kind == ir.KindInt || t.Kind == ir.KindUint) && (t.Bits == 0 || t.Bits == 64) && !t.Plain
	return u.quoted || wide && c.settings.Int64 != "" && c.settings.Int64 != ir.Int64Number
}

func (c *Checker) scalar(t *ir.Type, v any, u use, path string) error {
	fail := func(want string) error { return fmt.Errorf("%s: %s, want %s", path, show(v), want) }
	if c.quoted(t, u) {
		text, ok := v.(string)
		if !ok {
			return fail("a quoted " + string(t.Kind))
		}
		inner, err := parse([]byte(text))
		if err != nil {
			return fail("a quoted " + string(t.Kind))
		}
		v = inner
	}
	switch t.Kind {
	case ir.KindBool:
		if _, ok := v.(bool); !ok {
			return fail("a boolean")
		}
	case ir.KindString:
		if _, ok := v.(string); !ok {
			return fail("a string")
		}
	case ir.KindFloat, ir.KindNumber:
		if _, ok := v.(json.Number); !ok {
			return fail("a number")
		}
	default:
		n, ok := v.(json.Number)
		if !ok || !inRange(t, string(n)) {
			return fail(string(t.Kind) + strconv.Itoa(t.Bits))
		}
	}
	return nil
}

// inRange reports whether text is an integer that t can hold.
func inRange(t *ir.Type, text string) bool {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || text != n.String() {
		return false
	}
	bits := t.Bits
	if bits == 0 {
		bits = 64
	}
	if t.Kind == ir.KindUint {
		return n.Sign() >= 0 && n.BitLen() <= bits
	}
	if n.Sign() < 0 {
		n.Not(n)
	}
	return n.BitLen() < bits
}

// key checks the key of a map, which is text on the wire.
func (c *Checker) key(t *ir.Type, key string, in *scope) error {
	switch t.Kind {
	case ir.KindString, ir.KindText:
		return nil
	case ir.KindInt, ir.KindUint:
		if !inRange(t, key) {
			return fmt.Errorf("want %s", t.Kind)
		}
		return nil
	case ir.KindParam:
		arg := in.args[t.Param]
		return c.key(arg.typ, key, arg.in)
	case ir.KindRef:
		d := c.decls[t.Ref]
		if d == nil || d.Type == nil {
			return fmt.Errorf("the model has the key %s", t.Ref)
		}
		if d.Enum == nil || d.Enum.Mode != ir.EnumClosed {
			return c.key(d.Type, key, in)
		}
		text := key
		if d.Type.Kind == ir.KindString {
			text = quote(key)
		}
		if !hasMember(d.Enum, text) {
			return fmt.Errorf("no member of %s", d.ID)
		}
		return nil
	}
	return fmt.Errorf("the model has a key of kind %q", t.Kind)
}

func show(v any) string {
	switch v := v.(type) {
	case *object:
		return fmt.Sprintf("an object with the keys %q", v.keys)
	case []any:
		return fmt.Sprintf("an array of %d", len(v))
	case string:
		return strconv.Quote(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}
