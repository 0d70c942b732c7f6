package codec

import "strconv"

// pointer returns the JSON pointer of the token at the given offset of src, which is valid JSON
// up to there. A property's name has the property's own pointer. Decoders keep no path of their
// own: a problem is rare, and walking the text again finds it.
func pointer(src []byte, at int) string {
	type frame struct {
		name   string
		index  int
		object bool
		named  bool // name is that of the current property
	}
	var stack []frame
	s := scanner{src: src}
	name := func() string {
		d := Decoder{scanner: scanner{src: src, pos: s.pos}}
		text, _ := d.text()
		return string(text)
	}
walk:
	for {
		c := s.peek()
		inName := len(stack) > 0 && stack[len(stack)-1].object && !stack[len(stack)-1].named
		if c == 0 || s.pos >= at {
			if c == '"' && inName && s.pos == at {
				top := &stack[len(stack)-1]
				top.name, top.named = name(), true
			}
			break
		}
		switch c {
		case '{', '[':
			s.pos++
			stack = append(stack, frame{object: c == '{'})
		case '}', ']':
			s.pos++
			if len(stack) == 0 {
				break walk
			}
			stack = stack[:len(stack)-1]
		case ',':
			s.pos++
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.index++
				top.named = false
			}
		case '"':
			if inName {
				top := &stack[len(stack)-1]
				top.name, top.named = name(), true
			}
			if !s.str() {
				break walk
			}
		default:
			s.pos++
		}
	}
	var path []byte
	for _, f := range stack {
		switch {
		case !f.object:
			path = strconv.AppendInt(append(path, '/'), int64(f.index), 10)
		case f.named:
			path = append(append(path, '/'), escapeToken(f.name)...)
		}
	}
	return cut(string(path))
}
