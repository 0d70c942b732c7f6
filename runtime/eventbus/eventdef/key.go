package eventdef

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Key is the value of an event's key field: what throttle, debounce, sticky and slow=latest hold apart,
// and what a window names to receive that key only. Keys are comparable; the zero Key is the key of
// events that have none and equals no other. Two keys are equal exactly if their JSON values are.
type Key struct {
	text string
	num  uint64
	kind keyKind
}

type keyKind uint8

const (
	keyNone  keyKind = iota
	keyText          // text is the string itself
	keyInt           // num holds an int64
	keyUint          // num is above the range of int64
	keyFalse         //
	keyTrue          //
	keyJSON          // text is canonical JSON of any other value
)

// StringKey returns the key of a string.
func StringKey(s string) Key { return Key{kind: keyText, text: s} }

// IntKey returns the key of a signed integer.
func IntKey(n int64) Key { return Key{kind: keyInt, num: uint64(n)} }

// UintKey returns the key of an unsigned integer. It equals the IntKey of the same number.
func UintKey(n uint64) Key {
	if n > math.MaxInt64 {
		return Key{kind: keyUint, num: n}
	}
	return Key{kind: keyInt, num: n}
}

// BoolKey returns the key of a boolean.
func BoolKey(b bool) Key {
	if b {
		return Key{kind: keyTrue}
	}
	return Key{kind: keyFalse}
}

// JSONKey returns the key of a JSON text. Strings, booleans and integers give the same keys as
// [StringKey], [BoolKey], [IntKey] and [UintKey]; any other text is compared as it is written, without
// insignificant space. Text that is not JSON gives the key of a string of these bytes, so that the
// function is total; a transport checks the syntax of what it received before.
func JSONKey(text []byte) Key {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return StringKey("")
	}
	switch c := text[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(text, &s) == nil {
			return StringKey(s)
		}
	case c == 't' && string(text) == "true":
		return BoolKey(true)
	case c == 'f' && string(text) == "false":
		return BoolKey(false)
	case c == '-' || '0' <= c && c <= '9':
		// The integer's canonical form only: "-0" and "1e3" stay texts.
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(text) {
			return IntKey(n)
		}
		if n, err := strconv.ParseUint(string(text), 10, 64); err == nil && strconv.FormatUint(n, 10) == string(text) {
			return UintKey(n)
		}
	}
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return StringKey(string(text))
	}
	return Key{kind: keyJSON, text: compact.String()}
}

// Size returns how many bytes keep the key, beside those of a Key.
func (k Key) Size() int { return len(k.text) }

// IsZero reports whether k is the key of an event without one.
func (k Key) IsZero() bool { return k.kind == keyNone }

// AppendJSON appends the wire form of k: the field's JSON value, or null for the zero Key.
func (k Key) AppendJSON(dst []byte) []byte {
	switch k.kind {
	case keyText:
		return appendJSONString(dst, k.text)
	case keyInt:
		return strconv.AppendInt(dst, int64(k.num), 10)
	case keyUint:
		return strconv.AppendUint(dst, k.num, 10)
	case keyFalse:
		return append(dst, "false"...)
	case keyTrue:
		return append(dst, "true"...)
	case keyJSON:
		return append(dst, k.text...)
	}
	return append(dst, "null"...)
}

// Text returns the string of a [StringKey], and false for any other key.
func (k Key) Text() (string, bool) { return k.text, k.kind == keyText }

// Comparable reports whether both may be keys of one Go type, so that it means something that they differ.
func (k Key) Comparable(other Key) bool { return k.class() == other.class() }

// class returns what keys of one Go type have in common.
func (k Key) class() keyKind {
	switch k.kind {
	case keyUint:
		return keyInt
	case keyTrue:
		return keyFalse
	}
	return k.kind
}

// MarshalJSON returns the wire form of k.
func (k Key) MarshalJSON() ([]byte, error) { return k.AppendJSON(nil), nil }

// UnmarshalJSON sets k to the key of a JSON text; null gives the zero Key.
func (k *Key) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*k = Key{}
		return nil
	}
	*k = JSONKey(text)
	return nil
}

// String returns the wire form of k, for messages.
func (k Key) String() string { return string(k.AppendJSON(nil)) }

// appendJSONString appends s as encoding/json writes it.
func appendJSONString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(s)
			if err != nil { // a string always marshals
				return append(dst, `""`...)
			}
			return append(dst, text...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}
