package corpus

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// mode says what kind of value is made.
type mode int

const (
	zero   mode = iota // the zero value
	full               // nothing nil, nothing empty
	hollow             // nothing nil at first, then everything: pointers to zero values
	random
	thin // one of everything; thin+n is nil below n levels
)

// maxDepth is where values of recursive types end.
const maxDepth = 6

// makers make values of types whose fields are not to be filled at random.
var makers = map[reflect.Type]func(m mode, r *rand.Rand) any{
	reflect.TypeFor[time.Time](): func(m mode, r *rand.Rand) any {
		if r.IntN(4) == 0 {
			return time.Time{}
		}
		return time.Unix(r.Int64N(4e9), r.Int64N(1e9)).UTC()
	},
	reflect.TypeFor[json.RawMessage](): func(m mode, r *rand.Rand) any {
		if m != full && r.IntN(4) == 0 {
			return json.RawMessage(nil)
		}
		return json.RawMessage(pick(r, `null`, `1`, `"text"`, `[1,"a",null]`, `{"a":{"b":[]}}`, `true`))
	},
	reflect.TypeFor[json.Number](): func(m mode, r *rand.Rand) any {
		return json.Number(pick(r, "", "0", "-1.5", "1e400", "12345678901234567890"))
	},
	reflect.TypeFor[big.Int](): func(m mode, r *rand.Rand) any {
		return *new(big.Int).Lsh(big.NewInt(r.Int64()), uint(r.IntN(200)))
	},
	reflect.TypeFor[big.Float](): func(m mode, r *rand.Rand) any { return *big.NewFloat(r.NormFloat64()) },
	reflect.TypeFor[big.Rat]():   func(m mode, r *rand.Rand) any { return *big.NewRat(r.Int64(), 1+r.Int64N(1000)) },
	reflect.TypeFor[net.IP](): func(m mode, r *rand.Rand) any {
		return pick(r, net.IP(nil), net.IPv4(10, 0, 0, 1), net.IPv6loopback)
	},
	reflect.TypeFor[netip.Addr](): func(m mode, r *rand.Rand) any {
		return pick(r, netip.Addr{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0"))
	},
	reflect.TypeFor[netip.AddrPort](): func(m mode, r *rand.Rand) any {
		return pick(r, netip.AddrPort{}, netip.MustParseAddrPort("[::1]:80"))
	},
	reflect.TypeFor[netip.Prefix](): func(m mode, r *rand.Rand) any {
		return pick(r, netip.Prefix{}, netip.MustParsePrefix("10.0.0.0/8"))
	},
	reflect.TypeFor[url.URL](): func(m mode, r *rand.Rand) any {
		u := pick(r, "", "https://user:secret@example.com/a%2Fb?q=1#f", "mailto:a@b.c")
		parsed, err := url.Parse(u)
		if err != nil {
			panic(err)
		}
		return *parsed
	},
}

// choices are the values that an enum or an interface may have.
var choices = map[reflect.Type][]reflect.Value{}

// choose registers the values of an enum, or the contents of an interface.
func choose[T any](values ...T) struct{} {
	t := reflect.TypeFor[T]()
	for _, v := range values {
		choices[t] = append(choices[t], reflect.ValueOf(&v).Elem())
	}
	return struct{}{}
}

// depths returns values of T that end at each of n levels.
func depths[T any](n int) []T {
	var out []T
	for i := range n {
		out = append(out, *fill(reflect.TypeFor[T](), thin+mode(i), rand.New(rand.NewPCG(4, 5))).(*T))
	}
	return out
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// fill returns a pointer to a new value of type t.
func fill(t reflect.Type, m mode, r *rand.Rand) any {
	v := reflect.New(t)
	fillValue(v.Elem(), m, r, 0)
	return v.Interface()
}

func fillValue(v reflect.Value, m mode, r *rand.Rand, depth int) {
	if !v.CanSet() {
		if v.Kind() == reflect.Struct {
			fillStruct(v, m, r, depth) // an unexported embedded struct: its fields may be exported
		}
		return
	}
	if values, ok := choices[v.Type()]; ok && v.Kind() != reflect.Interface {
		v.Set(values[r.IntN(len(values))])
		return
	}
	if m == zero {
		if v.Kind() == reflect.Struct {
			fillStruct(v, m, r, depth)
		}
		if v.Kind() == reflect.Array {
			fillArray(v, m, r, depth)
		}
		return
	}
	if maker, ok := makers[v.Type()]; ok {
		v.Set(reflect.ValueOf(maker(m, r)))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m == full || m == random && r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(intOf(v.Type().Bits(), m, r))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uintOf(v.Type().Bits(), m, r))
	case reflect.Float32:
		v.SetFloat(pick(r, 1.5, 0, -0.25, 3.4e38, 1e-10, float64(r.Float32())))
	case reflect.Float64:
		v.SetFloat(pick(r, 1.5, 0, -0.25, 1e21, 1e-7, 1e300, r.NormFloat64(), math.SmallestNonzeroFloat64))
	case reflect.String:
		v.SetString(stringOf(m, r))
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		fillNilable(v, m, r, depth+1)
	case reflect.Array:
		fillArray(v, m, r, depth)
	case reflect.Struct:
		fillStruct(v, m, r, depth)
	}
}

func intOf(bits int, m mode, r *rand.Rand) int64 {
	if m == hollow {
		return 0
	}
	limit := int64(1)<<(bits-1) - 1
	if bits == 64 {
		limit = 1 << 53
	}
	if m == full || m >= thin {
		return 1 + r.Int64N(limit)
	}
	return pick(r, 0, 1, -1, limit, -limit, r.Int64N(limit))
}

func uintOf(bits int, m mode, r *rand.Rand) uint64 {
	if m == hollow {
		return 0
	}
	limit := uint64(1)<<min(bits, 53) - 1
	if m == full || m >= thin {
		return 1 + r.Uint64N(limit)
	}
	return pick(r, 0, 1, limit, r.Uint64N(limit))
}

func stringOf(m mode, r *rand.Rand) string {
	switch {
	case m == full || m >= thin:
		return "full"
	case m == hollow:
		return ""
	}
	return pick(r, "", "a", "<b>&\"\\\u2028\n", "naïve ☃ 🎉", "\xff\xfe", strings.Repeat("x", r.IntN(20)))
}

// fillNilable leaves v nil at times, and in any case where a recursive type has to end.
func fillNilable(v reflect.Value, m mode, r *rand.Rand, depth int) {
	limit := maxDepth
	switch {
	case m == hollow:
		limit = 1
	case m >= thin:
		limit = int(m - thin)
	}
	if depth > limit || m == random && r.IntN(10) < 3+depth {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), m, r, depth)
	case reflect.Slice:
		n := size(m, r)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fillValue(v.Index(i), m, r, depth)
		}
	case reflect.Map:
		n := size(m, r)
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fillKey(key, r, depth)
			fillValue(elem, m, r, depth)
			v.SetMapIndex(key, elem)
		}
	case reflect.Interface:
		fillInterface(v, m, r, depth)
	}
}

// size is how many elements a slice or a map gets.
func size(m mode, r *rand.Rand) int {
	switch {
	case m == random:
		return r.IntN(4)
	case m >= thin:
		return 1
	}
	return 2
}

// fillKey makes a key that MarshalText does not refuse.
func fillKey(v reflect.Value, r *rand.Rand, depth int) {
	fillValue(v, random, r, depth)
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		for v.IsNil() {
			fillValue(v, full, r, 0)
		}
	}
}

func fillInterface(v reflect.Value, m mode, r *rand.Rand, depth int) {
	values, ok := choices[v.Type()]
	if !ok {
		if v.NumMethod() > 0 {
			return
		}
		values = anything
	}
	chosen := values[r.IntN(len(values))]
	if chosen.Kind() == reflect.Interface {
		chosen = chosen.Elem()
	}
	content := reflect.New(chosen.Type()).Elem()
	content.Set(chosen)
	if content.Kind() == reflect.Pointer && !content.IsNil() {
		content.Set(reflect.New(content.Type().Elem()))
		fillValue(content.Elem(), m, r, depth)
	} else if content.Kind() == reflect.Struct {
		fillValue(content, m, r, depth)
	}
	v.Set(content)
}

// anything is what an interface without methods may hold.
var anything = []reflect.Value{
	reflect.ValueOf(true), reflect.ValueOf(1.5), reflect.ValueOf("text"), reflect.ValueOf([]int{1}),
	reflect.ValueOf(map[string]any{"a": nil}), reflect.ValueOf((*int)(nil)), reflect.ValueOf(struct{ X int }{1}),
}

func fillArray(v reflect.Value, m mode, r *rand.Rand, depth int) {
	for i := range v.Len() {
		fillValue(v.Index(i), m, r, depth)
	}
}

func fillStruct(v reflect.Value, m mode, r *rand.Rand, depth int) {
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("json")
		omits := strings.Contains(tag, "omitempty") || strings.Contains(tag, "omitzero")
		if omits && (m == zero || m == random && r.IntN(3) == 0) {
			continue // an enum's zero value is fine where it is left out
		}
		fillValue(v.Field(i), m, r, depth)
	}
}
