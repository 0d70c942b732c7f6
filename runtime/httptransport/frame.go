package httptransport

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// pageFrame is a frame from a page; exactly one of Hello, Listen, Unlisten, Emit and Auth is set.
type pageFrame struct {
	Hello    *helloFrame         `json:"hello"`
	Listen   map[string]interest `json:"listen"`
	Unlisten *[]string           `json:"unlisten"`
	Emit     *string             `json:"emit"`
	Auth     *string             `json:"auth"`

	ID      *uint64         `json:"id"`
	Payload json.RawMessage `json:"payload"`
	To      json.RawMessage `json:"to"`
}

type helloFrame struct {
	Window string              `json:"window"`
	Listen map[string]interest `json:"listen"`
	Resume *resumeFrame        `json:"resume"`
}

type resumeFrame struct {
	Session string `json:"session"`
	Epoch   string `json:"epoch"`
	Seq     uint64 `json:"seq"`
	Failed  bool   `json:"failed"` // twice on what comes after Seq
}

// interest is what a page listens to of one event: all of it, or these keys only.
type interest struct {
	Contract string             `json:"contract"`
	Keys     *[]json.RawMessage `json:"keys"`
}

// keySet returns the keys of an interest, nil for all.
func (i interest) keySet() eventbus.KeySet {
	if i.Keys == nil {
		return nil
	}
	set := make(eventbus.KeySet, len(*i.Keys))
	for _, text := range *i.Keys {
		set[eventbus.JSONKey(text)] = struct{}{}
	}
	return set
}

// maxInteger is the greatest integer that JavaScript holds exactly.
const maxInteger = 1<<53 - 1

// maxLabel bounds a window's label, in bytes.
const maxLabel = 128

// parseMessage reads a frame or a non-empty array of frames. Nothing of a message that has an
// error is to be handled.
func parseMessage(message []byte) ([]pageFrame, error) {
	message = bytes.TrimLeft(message, " \t\r\n")
	if len(message) == 0 || message[0] != '{' && message[0] != '[' {
		return nil, errors.New("a message is an object or an array of objects")
	}
	var frames []pageFrame
	var err error
	if message[0] == '[' {
		err = json.Unmarshal(message, &frames)
	} else {
		frames = make([]pageFrame, 1)
		err = json.Unmarshal(message, &frames[0])
	}
	if err != nil {
		return nil, errors.New("a message is JSON with members of the right types")
	}
	if len(frames) == 0 {
		return nil, errors.New("a message has a frame")
	}
	for i := range frames {
		if err := frames[i].check(); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

// check holds what the types do not.
func (f *pageFrame) check() error {
	kinds := 0
	for _, set := range []bool{f.Hello != nil, f.Listen != nil, f.Unlisten != nil, f.Emit != nil, f.Auth != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return errors.New("a frame is one of hello, listen, unlisten, emit and auth")
	}
	if f.Hello == nil && f.Auth == nil && (f.ID == nil || *f.ID > maxInteger) {
		return errors.New("a listen, unlisten or emit has an id")
	}
	listen := f.Listen
	if f.Hello != nil {
		if len(f.Hello.Window) > maxLabel {
			return errors.New("a window's label has at most 128 bytes")
		}
		listen = f.Hello.Listen
	}
	for _, i := range listen {
		if i.Keys != nil && len(*i.Keys) == 0 {
			return errors.New("an interest in keys names one")
		}
	}
	return nil
}
