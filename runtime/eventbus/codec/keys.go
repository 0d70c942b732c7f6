package codec

import (
	"bytes"
	"cmp"
	"encoding"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// encoding/json writes maps in the order of their keys' text. The Sort functions make that order;
// the lists of the first three are recycled, so that they allocate nothing in the long run.

// A StringKeys holds the keys of a map in order, until Free is called.
type StringKeys struct{ List []string }

// An IntKey is a key of a map and its decimal digits.
type IntKey struct {
	value uint64
	text  [maxInt64Digits]byte
	n     uint8
}

// Text returns the key's digits.
func (k *IntKey) Text() []byte { return k.text[:k.n] }

// Int returns the key that [SortInts] found.
func (k *IntKey) Int() int64 { return int64(k.value) }

// Uint returns the key that [SortUints] found.
func (k *IntKey) Uint() uint64 { return k.value }

// An IntKeys holds the keys of a map in the order of their digits, until Free is called.
type IntKeys struct{ List []IntKey }

// maxRecycled is the longest list that is kept.
const maxRecycled = 1 << 12

var (
	stringKeys = sync.Pool{New: func() any { return new(StringKeys) }}
	intKeys    = sync.Pool{New: func() any { return new(IntKeys) }}
)

// SortStrings returns the keys of m in order.
func SortStrings[M ~map[K]V, K ~string, V any](m M) *StringKeys {
	keys := stringKeys.Get().(*StringKeys)
	for k := range m {
		keys.List = append(keys.List, string(k))
	}
	slices.Sort(keys.List)
	return keys
}

// SortReadStrings is SortStrings for keys that have UnmarshalText: encoding/json sorts them as it sorts keys that have
// MarshalText, by what keyText returns.
func SortReadStrings[M ~map[K]V, K ~string, V any](m M) *StringKeys {
	keys := SortStrings(m)
	if replacement() == "\ufffd" {
		slices.SortStableFunc(keys.List, func(a, b string) int { return cmp.Compare(keyText([]byte(a)), keyText([]byte(b))) })
	}
	return keys
}

// Free ends the use of k.
func (k *StringKeys) Free() {
	clear(k.List)
	k.List = k.List[:0]
	if cap(k.List) <= maxRecycled {
		stringKeys.Put(k)
	}
}

// SortInts returns the keys of m in order.
func SortInts[M ~map[K]V, K ~int | ~int8 | ~int16 | ~int32 | ~int64, V any](m M) *IntKeys {
	keys := intKeys.Get().(*IntKeys)
	for k := range m {
		keys.List = append(keys.List, IntKey{value: uint64(int64(k))})
		last := &keys.List[len(keys.List)-1]
		last.n = uint8(len(strconv.AppendInt(last.text[:0], int64(k), 10)))
	}
	keys.sort()
	return keys
}

// SortUints returns the keys of m in order.
func SortUints[M ~map[K]V, K ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr, V any](m M) *IntKeys {
	keys := intKeys.Get().(*IntKeys)
	for k := range m {
		keys.List = append(keys.List, IntKey{value: uint64(k)})
		last := &keys.List[len(keys.List)-1]
		last.n = uint8(len(strconv.AppendUint(last.text[:0], uint64(k), 10)))
	}
	keys.sort()
	return keys
}

func (k *IntKeys) sort() {
	slices.SortFunc(k.List, func(a, b IntKey) int { return bytes.Compare(a.Text(), b.Text()) })
}

// Free ends the use of k.
func (k *IntKeys) Free() {
	k.List = k.List[:0]
	if cap(k.List) <= maxRecycled {
		intKeys.Put(k)
	}
}

// A TextKey is a key of a map and its text.
type TextKey[K any] struct {
	Text string
	Key  K
}

// SortTexts returns the keys of m in the order of what their MarshalText returns.
func SortTexts[M ~map[K]V, K interface {
	comparable
	encoding.TextMarshaler
}, V any](m M) ([]TextKey[K], error) {
	keys := make([]TextKey[K], 0, len(m))
	for k := range m {
		text, err := k.MarshalText()
		if err != nil {
			return nil, &Error{Err: err}
		}
		keys = append(keys, TextKey[K]{Text: keyText(text), Key: k})
	}
	sortTexts(keys)
	return keys, nil
}

// SortPointerTexts is SortTexts for keys that are pointers: nil is the empty text, as
// encoding/json has it.
func SortPointerTexts[M ~map[P]V, P interface {
	*T
	encoding.TextMarshaler
}, T, V any](m M) ([]TextKey[P], error) {
	keys := make([]TextKey[P], 0, len(m))
	for k := range m {
		if k == nil {
			keys = append(keys, TextKey[P]{})
			continue
		}
		text, err := k.MarshalText()
		if err != nil {
			return nil, &Error{Err: err}
		}
		keys = append(keys, TextKey[P]{Text: keyText(text), Key: k})
	}
	sortTexts(keys)
	return keys, nil
}

// keyText returns what the keys of a map are sorted by: under GOEXPERIMENT=jsonv2 the text in
// which every byte that is no UTF-8 has been replaced, and without it the text as it is.
func keyText(text []byte) string {
	if replacement() == "\ufffd" && !utf8.Valid(text) {
		return string([]rune(string(text)))
	}
	return string(text)
}

func sortTexts[K any](keys []TextKey[K]) {
	slices.SortFunc(keys, func(a, b TextKey[K]) int { return cmp.Compare(a.Text, b.Text) })
}

// AppendIntKey appends the digits of k as a JSON string.
func AppendIntKey(dst []byte, k *IntKey) []byte {
	dst = append(dst, '"')
	dst = append(dst, k.Text()...)
	return append(dst, '"')
}
