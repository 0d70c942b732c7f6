package wails2

// kind says what a frame is.
type kind = string

const (
	kindOpen  kind = "open"  // from a page: a connection begins
	kindText  kind = "text"  // a message; to the page an array of messages
	kindPart  kind = "part"  // the beginning of a message, or more of it
	kindLast  kind = "last"  // the end of it
	kindBeat  kind = "beat"  // nothing: n is the number of the last frame
	kindClose kind = "close" // the connection has ended
)

// frame is one event.
type frame struct {
	kind kind
	n    uint64 // numbers the frames with text from 1, each direction for itself
	got  uint64 // the last number, from the other end, that has been handled, with all before it
	text any    // a string; to the page the array of kindText, or the reason of kindClose
	code int    // of kindClose
}

// data are what the event carries to the page.
func (f frame) data() []any {
	switch f.kind {
	case kindBeat:
		return []any{f.kind, f.n, f.got}
	case kindClose:
		return []any{f.kind, f.n, f.got, f.text, f.code}
	}
	return []any{f.kind, f.n, f.got, f.text}
}

// readFrame reads what an event of a page carries.
func readFrame(data []any) (nonce string, f frame, ok bool) {
	if len(data) < 4 {
		return "", f, false
	}
	nonce, okNonce := data[0].(string)
	f.kind, ok = data[1].(kind)
	n, okN := data[2].(float64)
	got, okGot := data[3].(float64)
	if len(data) > 4 {
		f.text, _ = data[4].(string)
	} else {
		f.text = ""
	}
	f.n, f.got = uint64(max(n, 0)), uint64(max(got, 0))
	return nonce, f, okNonce && ok && okN && okGot && nonce != ""
}
