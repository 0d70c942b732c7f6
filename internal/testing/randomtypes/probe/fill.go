package probe

import (
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"time"
)

func oneOf[T any](p *prober, of ...T) T { return of[p.IntN(len(of))] }

// made returns a value of a type that is not filled field by field.
func (p *prober) made(t reflect.Type) (any, bool) {
	switch t {
	case reflect.TypeFor[time.Time]():
		at := time.Unix(p.Int64N(4e9), oneOf(p, 0, 5e8, p.Int64N(1e9)))
		return oneOf(p, time.Time{}, at.UTC(), at.In(time.FixedZone("x", (p.IntN(2*23*60)-23*60)*60))), true
	case reflect.TypeFor[json.RawMessage]():
		return json.RawMessage(oneOf(p, "null", "1", `[1,"a"]`, `{"a":{"b":[]}}`)), true
	case reflect.TypeFor[json.Number]():
		return json.Number(oneOf(p, "", "0", "-1.5", "12345678901234567890")), true
	case reflect.TypeFor[big.Int]():
		return *new(big.Int).Lsh(big.NewInt(p.Int64()), uint(p.IntN(60))), true
	case reflect.TypeFor[netip.Addr]():
		return oneOf(p, netip.Addr{}, netip.MustParseAddr("10.0.0.1")), true
	case reflect.TypeFor[any]():
		return oneOf[any](p, nil, true, 1.5, "s", []any{1.0, nil}, map[string]any{"k": "v"}, []any(nil)), true
	}
	return nil, false
}

// fill fills v with random values.
func (p *prober) fill(v reflect.Value, depth int) {
	if made, ok := p.made(v.Type()); ok {
		if v.CanSet() && made != nil {
			v.Set(reflect.ValueOf(made))
		}
		return
	}
	if i, ok := p.reference.interfaces[v.Type()]; ok {
		p.fillInterface(v, i, depth)
		return
	}
	if members := p.reference.enums[v.Type()]; members != nil && v.CanSet() && (p.bare() || p.IntN(12) > 0) {
		v.Set(reflect.ValueOf(members[p.IntN(len(members))]))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			p.fill(v.Field(i), depth)
		}
		return
	case reflect.Array:
		for i := range v.Len() {
			p.fill(v.Index(i), depth)
		}
		return
	}
	if !v.CanSet() || p.IntN(6) == 0 {
		return
	}
	p.fillKind(v, depth)
}

// bare reports whether a sealed interface is no union: encoding/json writes what it holds, and no
// value of an enum is refused there.
func (p *prober) bare() bool {
	for _, i := range p.reference.interfaces {
		if i.Tag == "" {
			return true
		}
	}
	return false
}

func (p *prober) fillKind(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(p.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(p.Int64() >> p.IntN(64) * int64(1-2*p.IntN(2)))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(p.Uint64() >> p.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(oneOf(p, 0, 1.5, -3, 1e21, 1e-7, p.NormFloat64(), float64(p.IntN(1000)), math.MaxFloat32))
	case reflect.String:
		v.SetString(oneOf(p, "a", "b", "hello", "<b>&", `"q"`, "ä漢🎉", "\n\u2028", "1", "12", "true", ""))
	case reflect.Pointer:
		if depth < 4 {
			v.Set(reflect.New(v.Type().Elem()))
			p.fill(v.Elem(), depth+1)
		}
	case reflect.Slice:
		if depth < 4 {
			n := p.IntN(3)
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				p.fill(v.Index(i), depth+1)
			}
		}
	case reflect.Map:
		if depth < 4 {
			p.fillMap(v, depth)
		}
	}
}

func (p *prober) fillMap(v reflect.Value, depth int) {
	v.Set(reflect.MakeMap(v.Type()))
	texts := map[string]bool{}
	for range p.IntN(4) {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		p.fill(key, depth+1)
		p.fill(elem, depth+1)
		if m, ok := key.Interface().(encoding.TextMarshaler); ok && (key.Kind() != reflect.Pointer || !key.IsNil()) {
			text, err := m.MarshalText() // the order of equal keys is not defined
			if err == nil && texts[string(text)] {
				continue
			}
			texts[string(text)] = true
		}
		v.SetMapIndex(key, elem)
	}
}

func (p *prober) fillInterface(v reflect.Value, i Interface, depth int) {
	if !v.CanSet() || depth > 4 || p.IntN(5) == 0 {
		return
	}
	variant := oneOf(p, i.Variants...)
	x := reflect.New(variant.Type)
	p.fill(x.Elem(), depth+1)
	switch {
	case variant.Pointer || p.IntN(3) == 0:
		v.Set(x)
	default:
		v.Set(x.Elem())
	}
}
