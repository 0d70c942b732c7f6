package codecs

import (
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// makers make values of types that are not to be filled field by field.
var makers = map[reflect.Type]func(r *rand.Rand) any{}

func maker[T any](f func(r *rand.Rand) T) {
	makers[reflect.TypeFor[T]()] = func(r *rand.Rand) any { v := f(r); return &v }
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func init() {
	maker(randomTime)
	maker(func(r *rand.Rand) Stamp { return Stamp{randomTime(r)} })
	maker(func(r *rand.Rand) json.RawMessage {
		if r.IntN(40) == 0 {
			return json.RawMessage(pick(r, "", " ", `{"a":1`, `[01]`, `"\x"`, "nul"))
		}
		return json.RawMessage(pick(r, "null", "1", `[1, "a<b" ,null]`, "{\"a\":\n{\"b\": [ ] , \"\u2028\":\"\\u2028\"}}", "true ", `"\u0041&"`))
	})
	maker(func(r *rand.Rand) json.Number {
		if r.IntN(40) == 0 {
			return json.Number(pick(r, "1.", "01", "-", "1e+", "abc"))
		}
		return json.Number(pick(r, "", "0", "-1.5", "1e400", "12345678901234567890", "1E+5"))
	})
	maker(func(r *rand.Rand) big.Int { return *new(big.Int).Lsh(big.NewInt(r.Int64()), uint(r.IntN(200))) })
	maker(func(r *rand.Rand) big.Float { return *big.NewFloat(r.NormFloat64()) })
	maker(func(r *rand.Rand) netip.Addr {
		return pick(r, netip.Addr{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%e<0"))
	})
	maker(func(r *rand.Rand) netip.AddrPort {
		return pick(r, netip.AddrPort{}, netip.MustParseAddrPort("[::1]:80"))
	})
	maker(func(r *rand.Rand) url.URL {
		return pick(r, url.URL{}, url.URL{Scheme: "http", Host: "a.b", Path: "/ä"})
	})
	maker(func(r *rand.Rand) Color { return pick(r, Red, Green, Blue) })
	maker(func(r *rand.Rand) Level { return pick(r, Low, Middle, High) })
	maker(func(r *rand.Rand) Rank { return pick(r, FirstRank, SecondRank, LastRank) })
	maker(func(r *rand.Rand) any { return randomAny(r, 0) })
	maker(func(r *rand.Rand) json.Marshaler {
		return pick[json.Marshaler](r, nil, CustomSlice{1}, &CustomPtr{2}, json.RawMessage("[1, 2]"))
	})
	maker(func(r *rand.Rand) Zeroer {
		return pick[Zeroer](r, nil, &PtrZero{7}, &PtrZero{1}, (*PtrZero)(nil), time.Time{})
	})
	maker(func(r *rand.Rand) Shape { return randomShape(r, 0) })
	maker(func(r *rand.Rand) Message { return randomMessage(r, 0) })
}

func randomTime(r *rand.Rand) time.Time {
	t := time.Unix(r.Int64N(4e9), pick(r, 0, 5e8, r.Int64N(1e9), 1000))
	switch r.IntN(60) {
	case 0:
		return t.In(time.FixedZone("x", r.IntN(200000)-100000))
	case 1:
		return t.AddDate(r.IntN(20000)-10000, 0, 0)
	case 2, 3, 4, 5, 6, 7, 8:
		return time.Time{}
	case 9, 10, 11, 12, 13:
		return t.In(time.FixedZone("x", r.IntN(100000)-50000))
	}
	return t.UTC()
}

func randomAny(r *rand.Rand, depth int) any {
	if depth > 3 {
		return nil
	}
	switch r.IntN(14) {
	case 0:
		if r.IntN(40) == 0 {
			return pick[any](r, func() {}, json.Number("x"), math.NaN())
		}
		return randomString(r)
	case 1:
		return randomFloat(r)
	case 2:
		return r.IntN(2) == 0
	case 3:
		list := make([]any, r.IntN(3))
		for i := range list {
			list[i] = randomAny(r, depth+1)
		}
		return list
	case 4:
		m := map[string]any{}
		for range r.IntN(4) {
			m[randomString(r)] = randomAny(r, depth+1)
		}
		return m
	case 5:
		return &Point{1, 2}
	case 6:
		return Point{randomFloat(r), 2}
	case 7:
		return pick[any](r, 1, int8(2), uint64(3), int64(-4), float32(0.1), uint(6))
	case 8:
		return []any(nil)
	case 9:
		return map[string]any(nil)
	case 10:
		return pick[any](r, json.Number("1.5"), json.RawMessage(`{"a": 1}`), json.Number(""), []byte("abc"), Red, time.Unix(0, 0).UTC())
	case 11:
		return pick[any](r, TextString("<x>"), PtrText{"x"}, &PtrText{"x"}, map[int]string{2: "b", 10: "a"}, (*Point)(nil), CustomSlice{1})
	}
	return nil
}

func randomShape(r *rand.Rand, depth int) Shape {
	switch r.IntN(8) {
	case 0:
		return Circle{randomFloat(r)}
	case 1:
		return &Circle{2.5}
	case 2:
		return &Square{r.IntN(100)}
	case 3:
		return Label(randomString(r))
	case 4:
		return Blank{}
	case 5:
		if depth > 2 {
			return nil
		}
		g := Group{Named: map[string]Shape{}}
		for range r.IntN(3) {
			g.Shapes = append(g.Shapes, randomShape(r, depth+1))
			g.Named[randomString(r)] = randomShape(r, depth+1)
		}
		return g
	case 6:
		return (*Square)(nil)
	}
	return nil
}

func randomMessage(r *rand.Rand, depth int) Message {
	switch r.IntN(5) {
	case 0:
		return Text{Body: randomString(r), To: []string{randomString(r)}}
	case 1:
		return &Text{}
	case 2:
		return Quit{}
	case 3:
		if depth > 2 {
			return nil
		}
		return Forward{First: randomMessage(r, depth+1), Rest: []Message{randomMessage(r, depth+1)}}
	}
	return nil
}

var pieces = []string{
	"a", "hello world", "<b>", "&amp;", `"`, `\`, "\n\t\r\b\f", "\x00\x1f\x7f", "ä", "漢字", "🎉", "\u2028\u2029", "\xff", "\xe2\x80",
	"\xed\xa0\x80", "0123456789abcdef", "plain text that is a little longer than that", "/", "~", "\ufffd", "é", "K",
}

func randomString(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func randomFloat(r *rand.Rand) float64 {
	switch r.IntN(12) {
	case 0:
		return float64(r.IntN(1000)) / 100
	case 1:
		return float64(r.IntN(1e9)) / math.Pow10(r.IntN(12))
	case 2:
		return math.Float64frombits(r.Uint64())
	case 3:
		return float64(r.Int64())
	case 4:
		return r.NormFloat64()
	case 5:
		return pick(r, 0, math.Copysign(0, -1), 1e21, 1e20, 1e-6, 9.99e-7, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 999999999.9999999, 1e9, 123456789.123456)
	case 6:
		return float64(float32(r.NormFloat64()))
	case 7:
		return float64(r.IntN(1<<53)) / 1e6
	}
	return float64(r.IntN(200) - 100)
}

// fill fills v with random values.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	if make, ok := makers[v.Type()]; ok && v.CanSet() {
		v.Set(reflect.ValueOf(make(r)).Elem())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i), depth)
		}
		return
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), depth)
		}
		return
	}
	if v.Type() == reflect.TypeFor[map[*TextKey]int]() { // equal texts again
		v.Set(reflect.ValueOf(pick(r, nil, map[*TextKey]int{}, map[*TextKey]int{nil: 1}, map[*TextKey]int{{"<"}: 2, nil: 3})))
		return
	}
	if !v.CanSet() || r.IntN(8) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int64() >> r.IntN(64))
		if r.IntN(2) == 0 {
			v.SetInt(-v.Int())
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(randomFloat(r))
	case reflect.String:
		v.SetString(randomString(r))
	case reflect.Pointer:
		if depth < 4 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), depth+1)
		}
	case reflect.Slice:
		if depth < 4 {
			n := r.IntN(4)
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(r, v.Index(i), depth+1)
			}
		}
	case reflect.Map:
		if depth < 4 {
			v.Set(reflect.MakeMap(v.Type()))
			texts := map[string]bool{}
			for range r.IntN(5 - depth) { // fewer further in, where types of many maps recurse
				key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				fill(r, key, depth+1)
				fill(r, elem, depth+1)
				if m, ok := key.Interface().(encoding.TextMarshaler); ok { // the order of equal keys is not defined
					text, err := m.MarshalText()
					written := string([]rune(string(text)))
					if err == nil && texts[written] {
						continue
					}
					texts[written] = true
				}
				v.SetMapIndex(key, elem)
			}
		}
	}
}
