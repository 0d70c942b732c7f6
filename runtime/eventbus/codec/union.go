package codec

import (
	"bytes"
	"fmt"
)

// A Variant is what [Decoder.Adjacent] and [Decoder.Internal] have found out about a union's
// value. [Decoder.Leave] takes it back.
type Variant struct {
	// Tag is the variant's name; nil if there was a problem.
	Tag []byte

	tag, content string // the properties' names; content is empty for an internal tag
	at, tagAt    int    // offsets of the object and of the tag's value
	end          int    // where to go on; 0 if the decoder stands there
	outer        tagState
}

// tagState is the property that the object at depth may have beside those of its type: the tag of
// an internally tagged union.
type tagState struct {
	name  string
	depth int
	seen  bool
}

// Adjacent steps into an object that holds a variant's name under tag and its contents under
// content. If all is well, the contents are next. Otherwise the object is skipped with a problem,
// and the result has no Tag.
func (d *Decoder) Adjacent(tag, content string) Variant {
	v := Variant{tag: tag, content: content, at: d.Offset(), tagAt: -1, outer: d.tag}
	if !d.Object() {
		return v
	}
	contents := -1
	for d.Field() {
		switch string(d.name) {
		case tag:
			if d.Fresh(v.tagAt >= 0) {
				v.tagAt = d.Offset()
				v.Tag = d.ownText()
			}
		case content:
			if !d.Fresh(contents >= 0) {
				continue
			}
			contents = d.Offset()
			if v.Tag != nil {
				return v
			}
			d.skip()
		default:
			d.Unknown([]string{tag, content})
		}
	}
	d.lacks(v.at, v.tagAt < 0, tag)
	d.lacks(v.at, contents < 0, content)
	if d.failed != 0 || contents < 0 {
		v.Tag = nil
	}
	if v.Tag != nil { // the tag came behind the contents: go back
		v.end = d.pos
		d.pos = contents
		d.depth++
	}
	return v
}

// ownText reads a string; nil if it is none. The result is valid until the end.
func (d *Decoder) ownText() []byte {
	text, ok := d.Text()
	if !ok {
		return nil
	}
	d.scratch = nil // may be what text is in
	return text
}

func (d *Decoder) lacks(at int, missing bool, name string) {
	if missing {
		d.problem(problem{at: at, property: name, expected: "the property " + quote(name), found: "none"})
	}
}

// Internal looks into an object that holds a variant's name under tag, beside the variant's own
// properties. If all is well, the object is next, and what reads it will find the tag there
// without a problem. Otherwise the object is skipped with a problem, and the result has no Tag.
func (d *Decoder) Internal(tag string) Variant {
	v := Variant{tag: tag, at: d.Offset(), tagAt: -1, outer: d.tag}
	start, problems := d.scanner, len(d.problems)
	if !d.Object() {
		return v
	}
	for d.Field() {
		if v.tagAt >= 0 || string(d.name) != tag {
			d.skip()
			continue
		}
		v.tagAt = d.Offset()
		if v.Tag = d.ownText(); v.Tag == nil {
			continue
		}
		// Whatever was wrong on the way is found again when the object is read.
		d.problems = d.problems[:problems]
		d.scanner, d.first = start, false
		d.tag = tagState{name: tag, depth: d.depth + 1}
		return v
	}
	d.lacks(v.at, v.tagAt < 0, tag)
	return v
}

// Leave goes on behind the object of v.
func (d *Decoder) Leave(v Variant) {
	d.tag = v.outer
	switch {
	case v.Tag == nil || v.content == "":
	case v.end == 0:
		for d.Field() {
			if name := string(d.name); name == v.tag || name == v.content {
				d.duplicate()
			} else {
				d.Unknown([]string{v.tag, v.content})
			}
		}
	case d.failed == 0:
		d.pos = v.end
		d.depth--
	}
}

// UnknownVariant skips the contents of v, whose tag is none of variants, with a problem.
func (d *Decoder) UnknownVariant(v Variant, variants []string) {
	if v.Tag == nil {
		return
	}
	if d.skip() {
		d.problem(problem{at: v.tagAt, expected: list(variants), found: quote(string(v.Tag))})
	}
}

// Splice turns the object that begins at dst[n] into the rest of the object before it: a comma
// takes the place of its brace, and nothing if it is empty.
func Splice(dst []byte, n int) []byte {
	if n+1 < len(dst) && dst[n+1] == '}' {
		return append(dst[:n], '}')
	}
	dst[n] = ','
	return dst
}

// NotNil returns dst and err, or an *Error if what stands at dst[n:] is null: a union that is a
// whole payload must have a variant.
func NotNil(dst []byte, n int, err error) ([]byte, error) {
	if err == nil && string(dst[n:]) == "null" {
		return dst[:n], &Error{Expected: "a variant of the union", Found: "nil"}
	}
	return dst, err
}

// DropNull returns dst without the property that begins at dst[n] if its value is null.
func DropNull(dst []byte, n int) []byte {
	if bytes.HasSuffix(dst[n:], []byte("null")) { // no variant ends so: it is an object
		return dst[:n]
	}
	return dst
}

// NotVariant is the problem of a union's value v whose type is none of its variants.
func NotVariant(v any) error {
	return &Error{Expected: "a variant of the union", Found: fmt.Sprintf("%T", v)}
}

// NotMember is the problem of a value of a closed enum that is none of its members. found is a
// string, a number or a bool.
func NotMember(expected string, found any) error {
	if s, ok := found.(string); ok {
		return &Error{Expected: expected, Found: quote(s)}
	}
	return &Error{Expected: expected, Found: fmt.Sprint(found)}
}
