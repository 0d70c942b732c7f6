package codec

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a decoder.
const (
	// MaxProblems is how many problems of one payload are collected; the last of them ends the pass.
	MaxProblems = 16
	// MaxDepth is how deeply objects and arrays of a payload may be nested.
	MaxDepth = 512
	// memoryBase and memoryPerByte bound what slices and maps of a payload may grow to: a few
	// bytes of input must not buy a large value many times over.
	memoryBase    = 1 << 20
	memoryPerByte = 64
)

// A Decoder reads one JSON payload strictly. Make one with [NewDecoder], call the methods that
// the payload's type asks for, and [Decoder.End].
//
// Each method that reads a value stands before that value and behind it afterwards. If the value
// is wrong, the method records a problem, skips it and returns the zero value; if the text is not
// JSON, it records that and every further call returns at once. So callers need no checks of
// their own.
//
// A Decoder must not be copied after its first use, nor used by two goroutines.
type Decoder struct {
	scanner
	first    bool // no comma stands before the next property or element
	refuse   bool // unknown properties are problems
	name     []byte
	nameAt   int
	tag      tagState
	memory   int // bytes that slices and maps may still take
	scratch  []byte
	problems []problem
}

// problem is an Error before its path is known.
type problem struct {
	at       int    // offset of the value, or of the property's name
	property string // appended to the path of the object at the offset
	expected string
	found    string
	err      error
}

// NewDecoder returns a decoder of src, which must not change while it is in use. Properties that
// a type does not have are ignored.
func NewDecoder(src []byte) *Decoder {
	return &Decoder{
		scanner: scanner{src: src, limit: MaxDepth},
		memory:  memoryBase + memoryPerByte*len(src),
	}
}

// NewStrictDecoder is NewDecoder, except that properties that a type does not have are problems.
func NewStrictDecoder(src []byte) *Decoder {
	return &Decoder{
		scanner: scanner{src: src, limit: MaxDepth},
		memory:  memoryBase + memoryPerByte*len(src),
		refuse:  true,
	}
}

// End checks that nothing follows the payload, and returns what was wrong with it: nil, an
// [*Error] or [Errors].
func (d *Decoder) End() error {
	if d.failed == 0 && d.peek() != 0 {
		d.fail("the end")
	}
	if d.failed == 0 && len(d.problems) == 0 {
		return nil
	}
	return d.report()
}

func (d *Decoder) report() error {
	list := d.problems
	if d.failed != 0 && d.want != stopped {
		at := d.failed - 1
		p := problem{at: at, expected: d.want, found: d.found(at)}
		if d.want == tooDeep {
			p.expected, p.found = "at most "+strconv.Itoa(MaxDepth)+" levels", "a deeper value"
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b problem) int { return a.at - b.at })
	out := make(Errors, len(list))
	for i, p := range list {
		path := pointer(d.src, p.at)
		if p.property != "" {
			path = cut(path + "/" + escapeToken(p.property))
		}
		out[i] = &Error{Path: path, Expected: p.expected, Found: p.found, Err: p.err}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// problem records p, and ends the pass when there are enough.
func (d *Decoder) problem(p problem) {
	if d.failed != 0 {
		return
	}
	d.problems = append(d.problems, p)
	if len(d.problems) == MaxProblems {
		d.stop()
	}
}

// stop ends the pass without another problem.
func (d *Decoder) stop() { d.fail(stopped) }

// wrong records that expected should stand at the next value, and skips that value.
func (d *Decoder) wrong(expected string) {
	if d.failed != 0 {
		return
	}
	at := d.pos
	found := d.describe()
	if d.skip() {
		d.problem(problem{at: at, expected: expected, found: found})
	}
}

// skip skips a value; it reports whether its text was JSON.
func (d *Decoder) skip() bool {
	ok := d.value()
	d.first = false
	if ok && d.invalid != 0 {
		d.problem(problem{at: d.invalid - 1, expected: "UTF-8", found: "other bytes"})
		d.invalid = 0
	}
	return ok
}

// describe names what stands at the next value.
func (d *Decoder) describe() string {
	switch c := d.peek(); {
	case c == '"':
		return "a string"
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == 't', c == 'f':
		return "a boolean"
	case c == 'n':
		return "null"
	case c == '-' || c-'0' <= 9:
		if end := scanNumber(d.src, d.pos); end >= 0 {
			return shorten(string(d.src[d.pos:end]))
		}
	}
	return d.found(d.pos)
}

func shorten(s string) string {
	if len(s) > maxQuoted {
		return s[:maxQuoted] + "…"
	}
	return s
}

// Offset returns where the next value begins, for the methods that report on it afterwards.
func (d *Decoder) Offset() int {
	d.peek()
	return d.pos
}

// Refuse records that the value at offset at, which has been read, is not what was expected.
func (d *Decoder) Refuse(at int, expected, found string) {
	d.problem(problem{at: at, expected: expected, found: found})
}

// Null reads null, if that is the next value.
func (d *Decoder) Null() bool {
	if d.peek() != 'n' {
		return false
	}
	d.literal("null")
	return true
}

// Present reports whether the next value is not null. If it is, it is skipped with a problem.
func (d *Decoder) Present(expected string) bool {
	if d.peek() != 'n' {
		return true
	}
	d.wrong(expected)
	return false
}

// Object steps into an object, whose properties [Decoder.Field] reads. If the next value is no
// object, it is skipped with a problem, and Object returns false.
func (d *Decoder) Object() bool {
	if d.peek() != '{' {
		d.wrong("an object")
		return false
	}
	d.first = true
	return d.open()
}

// Field reads the name of the next property; its value is next then. It returns false behind the
// last one, having left the object.
func (d *Decoder) Field() bool {
	c := d.peek()
	if !d.first {
		if c == ',' {
			d.pos++
			if c = d.peek(); c == '}' {
				c = 0
			}
		} else if c != '}' {
			return d.fail(`"," or "}"`)
		}
	}
	d.first = false
	if c == '}' {
		d.pos++
		d.depth--
		return false
	}
	if c != '"' {
		return d.fail("a property name")
	}
	d.nameAt = d.pos
	// The common case: no escape, nothing that needs a check.
	end := skipText(d.src, d.pos+1)
	if end < len(d.src) && d.src[end] == '"' {
		d.name = d.src[d.pos+1 : end]
		d.pos = end + 1
	} else if !d.escapedName() {
		return false
	}
	if d.pos < len(d.src) && d.src[d.pos] == ':' {
		d.pos++
		return true
	}
	if d.peek() != ':' {
		return d.fail(`":"`)
	}
	d.pos++
	return true
}

func (d *Decoder) escapedName() bool {
	text, ok := d.text()
	d.name = text
	return ok
}

// Name returns the name of the property that Field has read. It is valid until the next call.
func (d *Decoder) Name() []byte { return d.name }

// First reports whether bit is not yet in seen, and sets it. A property that comes a second time
// is skipped with a problem.
func (d *Decoder) First(seen *uint64, bit uint64) bool {
	if *seen&bit == 0 {
		*seen |= bit
		return true
	}
	d.duplicate()
	return false
}

// Fresh is First for a map: it skips the value with a problem if the key is present.
func (d *Decoder) Fresh(present bool) bool {
	if present {
		d.duplicate()
	}
	return !present
}

func (d *Decoder) duplicate() {
	at, name := d.nameAt, quote(string(d.name))
	if d.skip() {
		d.problem(problem{at: at, expected: "each property once", found: name + " again"})
	}
}

// Unknown skips the value of a property that the type does not have. It is a problem if the name
// is one of known in other case, and if the decoder refuses unknown properties.
func (d *Decoder) Unknown(known []string) {
	if d.tag.depth == d.depth && string(d.name) == d.tag.name {
		if d.tag.seen {
			d.duplicate()
			return
		}
		d.tag.seen = true
		d.skip()
		return
	}
	at, expected := d.nameAt, ""
	if i := foldIndex(known, d.name); i >= 0 {
		expected = "the property " + quote(known[i])
	} else if d.refuse {
		expected = "a known property"
	}
	found := ""
	if expected != "" {
		found = quote(string(d.name))
	}
	if d.skip() && expected != "" {
		d.problem(problem{at: at, expected: expected, found: found})
	}
}

// foldIndex returns the index of the name that equals key but for case, as encoding/json folds it.
func foldIndex(names []string, key []byte) int {
	for i, name := range names {
		// Some characters beyond ASCII fold to a letter of ASCII, of another length.
		if len(name) != len(key) && isASCII(key) && isASCII(name) {
			continue
		}
		if strings.EqualFold(name, string(key)) {
			return i
		}
	}
	return -1
}

func isASCII[T ~string | ~[]byte](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Missing records a problem for each property of names whose bit is in required and not in seen.
// at is the object's offset.
func (d *Decoder) Missing(at int, seen, required uint64, names []string) {
	for i, name := range names {
		if bit := uint64(1) << i; required&^seen&bit != 0 {
			d.problem(problem{at: at, property: name, expected: "the property " + quote(name), found: "none"})
		}
	}
}

// Array steps into an array, whose elements [Decoder.Element] announces. If the next value is no
// array, it is skipped with a problem, and Array returns false.
func (d *Decoder) Array() bool {
	if d.peek() != '[' {
		d.wrong("an array")
		return false
	}
	d.first = true
	return d.open()
}

// Element reports whether another element is next. It returns false behind the last one, having
// left the array.
func (d *Decoder) Element() bool {
	c := d.peek()
	if c == ']' {
		d.first = false
		d.pos++
		d.depth--
		return false
	}
	if d.first {
		d.first = false
		return c != 0 || d.fail("a value")
	}
	if c != ',' {
		return d.fail(`"," or "]"`)
	}
	d.pos++
	if c = d.peek(); c == ']' || c == 0 {
		return d.fail("a value")
	}
	return true
}

// TupleElement is Element for an array of exactly n elements, of which i have been read. It
// records a problem when there are fewer, and skips what is too much with one.
func (d *Decoder) TupleElement(at, i, n int) bool {
	if !d.Element() {
		if i < n {
			d.problem(problem{at: at, expected: elements(n), found: strconv.Itoa(i)})
		}
		return false
	}
	if i < n {
		return true
	}
	for ok := true; ok; ok = d.Element() {
		d.skip()
		i++
	}
	d.problem(problem{at: at, expected: elements(n), found: strconv.Itoa(i)})
	return false
}

func elements(n int) string {
	if n == 1 {
		return "1 element"
	}
	return strconv.Itoa(n) + " elements"
}

// charge accounts for memory that the payload takes, and ends the pass when it is too much.
func (d *Decoder) charge(bytes int) bool {
	if d.memory -= bytes; d.memory >= 0 {
		return true
	}
	d.problem(problem{at: d.pos, expected: "a payload that takes less memory", found: "a larger one"})
	d.stop()
	return false
}
