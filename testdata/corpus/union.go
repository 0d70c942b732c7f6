package corpus

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// encoding/json writes a union without its tag. The samples of cases that hold unions come from
// a copy in which each of them is replaced by a stand-in that implements the interface and
// writes tag and content; the rest is encoding/json's.

// unionForm says how a union travels.
type unionForm struct {
	tag, content string
	names        map[reflect.Type]string
	// standIn returns a value of the interface that is written as raw.
	standIn func(v reflect.Value, raw json.RawMessage) reflect.Value
}

var unions = map[reflect.Type]*unionForm{}

// tagged writes itself; embedded beside an interface it makes a stand-in, which is no declared
// type and therefore no variant.
type tagged struct{ raw json.RawMessage }

// MarshalJSON returns the tagged form.
func (t tagged) MarshalJSON() ([]byte, error) { return t.raw, nil }

func union[I any](tag, content string, standIn func(I, tagged) I, variants ...any) struct{} {
	u := &unionForm{tag: tag, content: content, names: map[reflect.Type]string{}}
	u.standIn = func(v reflect.Value, raw json.RawMessage) reflect.Value {
		out := standIn(v.Interface().(I), tagged{raw})
		return reflect.ValueOf(&out).Elem()
	}
	for i := 0; i < len(variants); i += 2 {
		u.names[reflect.TypeOf(variants[i+1])] = variants[i].(string)
	}
	unions[reflect.TypeFor[I]()] = u
	return struct{}{}
}

// encode returns what json.Marshal writes for the pointer v, with unions tagged.
func encode(v any) (json.RawMessage, error) {
	value := reflect.ValueOf(v).Elem()
	if !reaches(value.Type(), map[reflect.Type]bool{}) {
		return json.Marshal(v)
	}
	out, err := tagAll(value)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out.Addr().Interface())
}

// reaches reports whether a union occurs in t.
func reaches(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return unions[t] != nil
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return reaches(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if reaches(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// tagAll returns an addressable deep copy of v with stand-ins for its unions.
func tagAll(v reflect.Value) (reflect.Value, error) {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	set := func(to, from reflect.Value) error {
		inner, err := tagAll(from)
		if err == nil {
			to.Set(inner)
		}
		return err
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() || unions[v.Type()] == nil {
			return out, nil
		}
		return tagOne(v)
	case reflect.Pointer:
		if v.IsNil() {
			return out, nil
		}
		inner, err := tagAll(v.Elem())
		if err != nil {
			return out, err
		}
		out.Set(inner.Addr())
	case reflect.Slice:
		if v.IsNil() {
			return out, nil
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			if err := set(out.Index(i), v.Index(i)); err != nil {
				return out, err
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			if err := set(out.Index(i), v.Index(i)); err != nil {
				return out, err
			}
		}
	case reflect.Map:
		if v.IsNil() {
			return out, nil
		}
		out.Set(reflect.MakeMap(v.Type()))
		for key, elem := range v.Seq2() {
			inner, err := tagAll(elem)
			if err != nil {
				return out, err
			}
			out.SetMapIndex(key, inner)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !out.Field(i).CanSet() {
				continue
			}
			if err := set(out.Field(i), v.Field(i)); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// tagOne returns the stand-in of one union value.
func tagOne(v reflect.Value) (reflect.Value, error) {
	u := unions[v.Type()]
	content := v.Elem()
	t := content.Type()
	if t.Kind() == reflect.Pointer {
		content, t = content.Elem(), t.Elem()
	}
	name, ok := u.names[t]
	if !ok {
		return v, fmt.Errorf("%v is no known variant of %v", t, v.Type())
	}
	addressable, err := tagAll(content)
	if err != nil {
		return v, err
	}
	raw, err := json.Marshal(addressable.Addr().Interface())
	if err != nil {
		return v, err
	}
	tag := fmt.Sprintf("{%q:%q", u.tag, name)
	switch {
	case u.content != "":
		raw = fmt.Appendf(nil, "%s,%q:%s}", tag, u.content, raw)
	case string(raw) == "{}":
		raw = []byte(tag + "}")
	default:
		raw = append([]byte(tag+","), raw[1:]...)
	}
	return u.standIn(v, raw), nil
}
