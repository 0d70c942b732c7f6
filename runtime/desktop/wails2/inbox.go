package wails2

import "time"

// inbox puts what comes from a page in order, and messages together from their parts.
type inbox struct {
	early   map[uint64]frame // came before one with a lower number
	last    uint64           // the number of the last frame in order
	highest uint64           // the highest number that the page has said to have sent
	since   time.Time        // when a number began to be missing; zero: none is
	partial []byte           // the beginning of a message
	ready   []message
	bytes   int // of early, partial and ready
	unsaid  int // bytes that were handled and of which the page has not been told
}

type message struct {
	text []byte
	n    uint64 // the number of its last frame
}

// put takes a frame. One that came already is nothing.
func (in *inbox) put(f frame, now time.Time) {
	in.highest = max(in.highest, f.n)
	before := in.last
	if _, twice := in.early[f.n]; !twice && f.n > in.last && (f.kind == kindPart || f.kind == kindText) {
		in.early[f.n] = f
		in.bytes += len(f.text.(string))
	}
	for {
		f, ok := in.early[in.last+1]
		if !ok {
			break
		}
		in.last++
		delete(in.early, in.last)
		in.add(f)
	}
	switch {
	case in.last >= in.highest:
		in.since = time.Time{}
	case in.since.IsZero() || in.last > before:
		in.since = now
	}
}

// add takes the next frame. Parts are handled as soon as they are here: of a long message the page must be able to send
// the end.
func (in *inbox) add(f frame) {
	text := f.text.(string)
	in.partial = append(in.partial, text...)
	if f.kind == kindPart {
		in.unsaid += len(text)
		return
	}
	in.ready = append(in.ready, message{in.partial, f.n})
	in.partial = nil
}

// got is the number up to which everything is handled.
func (in *inbox) got() uint64 {
	if len(in.ready) > 0 {
		return in.ready[0].n - 1
	}
	return in.last
}

// missing reports whether a frame has not come for so long that it was lost.
func (in *inbox) missing(now time.Time) bool { return !in.since.IsZero() && now.Sub(in.since) >= lost }

// next hands out a message.
func (in *inbox) next() (text []byte, ok bool) {
	if len(in.ready) == 0 {
		return nil, false
	}
	text = in.ready[0].text
	in.ready = in.ready[1:]
	in.bytes -= len(text)
	in.unsaid += len(text)
	return text, true
}
