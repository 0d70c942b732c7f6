package probe

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A reference writes values by reflection: as encoding/json does, with unions and the settings
// on top. It shares no code and no model with the generator.
type reference struct {
	settings   Settings
	enums      map[reflect.Type][]any // closed ones
	interfaces map[reflect.Type]Interface
}

// bare returns interfaces without their tags, as encoding/json writes them.
func bare(of map[reflect.Type]Interface) map[reflect.Type]Interface {
	out := map[reflect.Type]Interface{}
	for t, i := range of {
		i.Tag = ""
		out[t] = i
	}
	return out
}

// marshal writes what v points to.
func (r reference) marshal(v reflect.Value) (text []byte, err error) {
	if root, ok := r.interfaces[v.Elem().Type()]; ok && root.Tag != "" && isNil(v.Elem()) {
		return nil, errors.New("a payload that is a union is not nil")
	}
	var b bytes.Buffer
	err = r.value(&b, v.Elem(), false)
	return b.Bytes(), err
}

// isNil reports whether an interface holds nothing, or a nil pointer.
func isNil(v reflect.Value) bool {
	return v.IsNil() || v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil()
}

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// hasMethods reports whether a method writes v.
func hasMethods(v reflect.Value) bool {
	t := v.Type()
	for _, i := range []reflect.Type{marshaler, textMarshaler} {
		if t.Implements(i) || v.CanAddr() && t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(i) {
			return true
		}
	}
	return false
}

// readsItself reports whether a method reads values of a type, and none writes them.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && !p.Implements(marshaler) && !p.Implements(textMarshaler) &&
		(p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()))
}

func (r reference) value(b *bytes.Buffer, v reflect.Value, quoted bool) error {
	if i, ok := r.interfaces[v.Type()]; ok {
		return r.variant(b, v, i)
	}
	if v.Kind() == reflect.Pointer && !v.Type().Implements(marshaler) && !v.Type().Implements(textMarshaler) || v.Kind() == reflect.Pointer && v.IsNil() {
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return r.value(b, v.Elem(), quoted)
	}
	if readsItself(v.Type()) {
		r.settings = Settings{}
	}
	if hasMethods(v) || v.Kind() == reflect.Interface || v.Type() == reflect.TypeFor[json.Number]() {
		return standard(b, v, quoted)
	}
	switch v.Kind() {
	case reflect.Struct:
		return r.object(b, v)
	case reflect.Map:
		return r.mapping(b, v)
	case reflect.Slice, reflect.Array:
		return r.list(b, v)
	}
	if members := r.enums[v.Type()]; members != nil && !slices.Contains(members, v.Interface()) {
		return fmt.Errorf("%v is no member", v)
	}
	if (v.Kind() == reflect.Int || v.Kind() == reflect.Int64 || v.Kind() == reflect.Uint || v.Kind() == reflect.Uint64 || v.Kind() == reflect.Uintptr) &&
		r.settings.Quoted64 && r.enums[v.Type()] == nil {
		quoted = true
	}
	return standard(b, v, quoted)
}

// standard leaves v to encoding/json, in quotes if the option ",string" asks for that.
func standard(b *bytes.Buffer, v reflect.Value, quoted bool) error {
	var x any
	if v.CanAddr() {
		x = v.Addr().Interface()
	} else {
		x = v.Interface()
	}
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if quoted && !hasMethods(v) {
		switch v.Kind() {
		case reflect.String:
			if v.Type() != reflect.TypeFor[json.Number]() {
				text, err = json.Marshal(string(text))
				break
			}
			fallthrough
		case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
			reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64:
			text = []byte(`"` + string(text) + `"`)
		}
	}
	b.Write(text)
	return err
}

func (r reference) nilText(b *bytes.Buffer, v reflect.Value, empty string) bool {
	if v.Kind() == reflect.Array || !v.IsNil() {
		return false
	}
	if r.settings.NilEmpty {
		b.WriteString(empty)
	} else {
		b.WriteString("null")
	}
	return true
}

func (r reference) list(b *bytes.Buffer, v reflect.Value) error {
	elem := v.Type().Elem()
	if v.Kind() == reflect.Slice && elem.Kind() == reflect.Uint8 && !reflect.PointerTo(elem).Implements(marshaler) && !reflect.PointerTo(elem).Implements(textMarshaler) {
		if !r.nilText(b, v, `""`) {
			b.WriteString(`"` + base64.StdEncoding.EncodeToString(v.Bytes()) + `"`)
		}
		return nil
	}
	if r.nilText(b, v, "[]") {
		return nil
	}
	b.WriteString("[")
	for i := range v.Len() {
		if i > 0 {
			b.WriteString(",")
		}
		if err := r.value(b, v.Index(i), false); err != nil {
			return err
		}
	}
	b.WriteString("]")
	return nil
}

func (r reference) mapping(b *bytes.Buffer, v reflect.Value) error {
	if r.nilText(b, v, "{}") {
		return nil
	}
	type entry struct {
		name  string
		value reflect.Value
	}
	var entries []entry
	for key, value := range v.Seq2() {
		name, err := r.key(key)
		if err != nil {
			return err
		}
		entries = append(entries, entry{name, value})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	b.WriteString("{")
	for i, e := range entries {
		if i > 0 {
			b.WriteString(",")
		}
		name, _ := json.Marshal(e.name)
		b.Write(append(name, ':'))
		if err := r.value(b, e.value, false); err != nil {
			return err
		}
	}
	b.WriteString("}")
	return nil
}

func (r reference) key(key reflect.Value) (string, error) {
	if members := r.enums[key.Type()]; members != nil && !slices.Contains(members, key.Interface()) {
		return "", fmt.Errorf("%v is no member", key)
	}
	if key.Kind() == reflect.String {
		return key.String(), nil
	}
	if m, ok := key.Interface().(encoding.TextMarshaler); ok {
		if key.Kind() == reflect.Pointer && key.IsNil() {
			return "", nil
		}
		text, err := m.MarshalText()
		return string(text), err
	}
	if key.CanInt() {
		return strconv.FormatInt(key.Int(), 10), nil
	}
	return strconv.FormatUint(key.Uint(), 10), nil
}

// variant writes the value of a sealed interface.
func (r reference) variant(b *bytes.Buffer, v reflect.Value, i Interface) error {
	if isNil(v) {
		b.WriteString("null")
		return nil
	}
	x := v.Elem()
	if i.Tag == "" {
		return standard(b, x, false)
	}
	if x.Kind() != reflect.Pointer { // the encoder takes a variant's address
		at := reflect.New(x.Type())
		at.Elem().Set(x)
		x = at
	}
	var inner bytes.Buffer
	if err := r.value(&inner, x, false); err != nil {
		return err
	}
	fmt.Fprintf(b, `{%q:%q`, i.Tag, x.Type().Elem().Name())
	if i.Content != "" {
		fmt.Fprintf(b, `,%q:%s}`, i.Content, inner.Bytes())
		return nil
	}
	if rest := strings.TrimPrefix(inner.String(), "{"); rest == "}" {
		b.WriteString("}")
	} else {
		b.WriteString("," + rest)
	}
	return nil
}

func (r reference) object(b *bytes.Buffer, v reflect.Value) error {
	b.WriteString("{")
	comma := ""
	for _, f := range fieldsOf(v.Type()) {
		x, ok := f.of(v)
		if !ok || f.omitEmpty && isEmpty(x) || f.omitZero && isZero(x) {
			continue
		}
		var value bytes.Buffer
		if err := r.value(&value, x, f.quoted && quotable(x)); err != nil {
			return err
		}
		if i, union := r.interfaces[x.Type()]; union && i.Tag != "" && (f.omitEmpty || f.omitZero) && value.String() == "null" {
			continue // nil is a nil pointer in a union too
		}
		name, _ := json.Marshal(f.name)
		b.WriteString(comma)
		b.Write(append(name, ':'))
		b.Write(value.Bytes())
		comma = ","
	}
	b.WriteString("}")
	return nil
}

// quotable reports whether ",string" has an effect on x.
func quotable(x reflect.Value) bool {
	t := x.Type()
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	return t.Kind() <= reflect.Float64 && t.Kind() != reflect.Invalid || t.Kind() == reflect.String
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func isZero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
		return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && isNilOrPointsToNil(v) || z.IsZero()
	}
	if v.CanAddr() {
		if z, ok := v.Addr().Interface().(interface{ IsZero() bool }); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}

func isNilOrPointsToNil(v reflect.Value) bool {
	return v.IsNil() || v.Kind() == reflect.Interface && v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil()
}
