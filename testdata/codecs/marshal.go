package codecs

import (
	"encoding/json"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"strings"

	"example.test/testdata/codecs/other"
)

var errSyntax = errors.New("syntax")

// TextString has MarshalText on the value.
type TextString string

// MarshalText returns the text in angle brackets, which HTML-safe JSON escapes.
func (t TextString) MarshalText() ([]byte, error) {
	if strings.Contains(string(t), "refuse") {
		return nil, errors.New("refused")
	}
	return []byte("<" + t + ">"), nil
}

// UnmarshalText takes the angle brackets off.
func (t *TextString) UnmarshalText(b []byte) error {
	if len(b) < 2 || b[0] != '<' || b[len(b)-1] != '>' {
		return errSyntax
	}
	*t = TextString(b[1 : len(b)-1])
	return nil
}

// TextByte is a byte with MarshalText: slices of it are arrays.
type TextByte byte

// MarshalText returns two letters.
func (t TextByte) MarshalText() ([]byte, error) {
	return []byte{'a' + byte(t)>>4, 'a' + byte(t)&15}, nil
}

// UnmarshalText reads two letters.
func (t *TextByte) UnmarshalText(b []byte) error {
	if len(b) != 2 || b[0]-'a' > 15 || b[1]-'a' > 15 {
		return errSyntax
	}
	*t = TextByte((b[0]-'a')<<4 | (b[1] - 'a'))
	return nil
}

// PtrText has MarshalText on the pointer.
type PtrText struct{ S string }

// MarshalText returns the text.
func (t *PtrText) MarshalText() ([]byte, error) { return []byte("p:" + t.S), nil }

// UnmarshalText reads the text.
func (t *PtrText) UnmarshalText(b []byte) error {
	s, ok := strings.CutPrefix(string(b), "p:")
	if !ok {
		return errSyntax
	}
	t.S = s
	return nil
}

// CustomSlice has MarshalJSON on the value.
//
//eventgen:ts "{ n: number }"
type CustomSlice []int

// MarshalJSON writes an object with white space and characters that need an escape.
func (c CustomSlice) MarshalJSON() ([]byte, error) {
	b, _ := json.Marshal([]int(c))
	return []byte("{ \"n\" : " + string(b) + " ,\n \"<html>\": \"\u2028&\" }"), nil
}

// UnmarshalJSON reads the object.
func (c *CustomSlice) UnmarshalJSON(b []byte) error {
	var v struct{ N []int }
	err := json.Unmarshal(b, &v)
	*c = v.N
	return err
}

// CustomPtr has MarshalJSON on the pointer.
//
//eventgen:ts "[number]"
type CustomPtr struct{ N int }

// MarshalJSON writes an array.
func (c *CustomPtr) MarshalJSON() ([]byte, error) { return json.Marshal([]int{c.N}) }

// UnmarshalJSON reads the array.
func (c *CustomPtr) UnmarshalJSON(b []byte) error {
	var v [1]int
	err := json.Unmarshal(b, &v)
	c.N = v[0]
	return err
}

// CustomNoDecode has MarshalJSON alone.
//
//eventgen:ts "number"
type CustomNoDecode struct{ N int }

// MarshalJSON writes a number.
func (c CustomNoDecode) MarshalJSON() ([]byte, error) { return json.Marshal(c.N) }

// Marshalers have methods by value and by pointer in every position.
//
//eventgen:event
type Marshalers struct {
	Text     TextString               `json:"text"`
	Texts    []TextString             `json:"texts"`
	TextMap  map[string]TextString    `json:"textMap"`
	TextPtr  *TextString              `json:"textPtr"`
	Ptr      PtrText                  `json:"ptr"`
	Ptrs     []PtrText                `json:"ptrs"`
	PtrMap   map[string]PtrText       `json:"ptrMap"`
	PtrPtr   *PtrText                 `json:"ptrPtr"`
	PtrArr   [1]PtrText               `json:"ptrArr"`
	Custom   CustomSlice              `json:"custom"`
	Customs  map[string]CustomSlice   `json:"customs"`
	CPtr     CustomPtr                `json:"cptr"`
	CPtrs    []CustomPtr              `json:"cptrs"`
	CPtrMap  map[string]CustomPtr     `json:"cptrMap"`
	CPtrMapP map[string]*CustomPtr    `json:"cptrMapP"`
	Holder   map[string]PtrHolder     `json:"holder"`
	HolderV  PtrHolder                `json:"holderV"`
	Iface    json.Marshaler           `json:"iface"`
	Addr     netip.Addr               `json:"addr"`
	Addrs    []netip.AddrPort         `json:"addrs"`
	URL      url.URL                  `json:"url"`
	Big      *big.Int                 `json:"big"`
	BigV     big.Int                  `json:"bigV"`
	Float    *big.Float               `json:"float"`
	Opaque   other.Exposes            `json:"opaque"`
	Opaques  map[string]other.Exposes `json:"opaques"`
	Promoted Promoted                 `json:"promoted"`
}

// WriteOnly has a marshaler that nothing reads.
//
//eventgen:event from=server
type WriteOnly struct {
	NoDecode CustomNoDecode `json:"noDecode"`
}

// PtrHolder holds a value whose methods act only where it is addressable.
type PtrHolder struct {
	P PtrText   `json:"p"`
	C CustomPtr `json:"c"`
}

// Promoted has the methods of what it embeds.
type Promoted struct {
	netip.Addr
	Lost int
}

// MarshalJSONEvent is written by its own method as a whole.
//
//eventgen:event
//eventgen:ts "string"
type SelfMade struct{ S string }

// MarshalJSON writes a string.
func (s SelfMade) MarshalJSON() ([]byte, error) { return json.Marshal("self " + s.S) }

// UnmarshalJSON reads a string.
func (s *SelfMade) UnmarshalJSON(b []byte) error {
	var v string
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(v, "self ")
	if !ok {
		return errSyntax
	}
	s.S = rest
	return nil
}
