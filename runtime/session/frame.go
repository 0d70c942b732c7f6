package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// pageFrame is a frame from a page; exactly one of Hello, Listen, Unlisten, Emit and Auth is set.
type pageFrame struct {
	Hello    *Hello
	Listen   map[string]interest
	Unlisten *[]string
	Emit     *string
	Auth     *string

	ID      *uint64
	Payload json.RawMessage
	To      json.RawMessage
}

type Hello struct {
	Window string
	Listen map[string]interest
	Resume *resumeFrame
}

type resumeFrame struct {
	Ticket string
	Epoch  string
	Seq    uint64
	Sent   *uint64 // the highest id of an emit that was ever written to a connection
	Failed bool    // twice on what comes after Seq
	proven bool    // the page was here, which it shows without a session
}

// interest is what a page listens to of one event: all of it, or these keys only.
type interest struct {
	Contract string
	Keys     *[]json.RawMessage
	Since    *uint64 // the position from which the page has listened, as it was told
}

// keySet returns the keys of an interest, nil for all.
func (i interest) keySet() eventdef.KeySet {
	if i.Keys == nil {
		return nil
	}
	set := make(eventdef.KeySet, len(*i.Keys))
	for _, text := range *i.Keys {
		set[eventdef.JSONKey(text)] = struct{}{}
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
	message = trimSpace(message)
	if len(message) == 0 || message[0] != '{' && message[0] != '[' {
		return nil, errors.New("a message is an object or an array of objects")
	}
	if !json.Valid(message) {
		return nil, errors.New("a message is JSON")
	}
	texts := [][]byte{message}
	if message[0] == '[' {
		texts = slices.Collect(elements(message))
	}
	if len(texts) == 0 {
		return nil, errors.New("a message has a frame")
	}
	frames := make([]pageFrame, len(texts))
	for i := range frames {
		if err := frames[i].parse(texts[i]); err != nil {
			return nil, err
		}
		if err := frames[i].check(); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

func (f *pageFrame) parse(text []byte) error {
	return eachMember(text, func(name string, value []byte) error {
		switch name {
		case "hello":
			f.Hello = new(Hello)
			return f.Hello.parse(value)
		case "listen":
			return parseListen(value, &f.Listen)
		case "unlisten":
			return parseValue(value, &f.Unlisten)
		case "emit":
			return parseValue(value, &f.Emit)
		case "auth":
			return parseValue(value, &f.Auth)
		case "id":
			return parseValue(value, &f.ID)
		case "payload":
			f.Payload = bytes.Clone(value)
		case "to":
			f.To = bytes.Clone(value)
		}
		return nil
	})
}

func (f *Hello) parse(text []byte) error {
	return eachMember(text, func(name string, value []byte) error {
		switch name {
		case "window":
			return parseValue(value, &f.Window)
		case "listen":
			return parseListen(value, &f.Listen)
		case "resume":
			f.Resume = new(resumeFrame)
			return f.Resume.parse(value)
		}
		return nil
	})
}

func (f *resumeFrame) parse(text []byte) error {
	return eachMember(text, func(name string, value []byte) error {
		switch name {
		case "ticket":
			return parseValue(value, &f.Ticket)
		case "epoch":
			return parseValue(value, &f.Epoch)
		case "seq":
			return parseValue(value, &f.Seq)
		case "sent":
			return parseValue(value, &f.Sent)
		case "failed":
			return parseValue(value, &f.Failed)
		}
		return nil
	})
}

func parseListen(text []byte, into *map[string]interest) error {
	*into = map[string]interest{}
	return eachMember(text, func(event string, value []byte) error {
		var i interest
		err := eachMember(value, func(name string, value []byte) error {
			switch name {
			case "contract":
				return parseValue(value, &i.Contract)
			case "keys":
				return parseValue(value, &i.Keys)
			case "since":
				return parseValue(value, &i.Since)
			}
			return nil
		})
		(*into)[event] = i
		return err
	})
}

var errWrongType = errors.New("the members of a frame have the right types")

func parseValue(text []byte, into any) error {
	if json.Unmarshal(text, into) != nil {
		return errWrongType
	}
	return nil
}

// eachMember hands over the members of an object but those that are null, which are as good as absent. Names are what
// they are, whatever the case of others, and come once.
func eachMember(text []byte, member func(name string, value []byte) error) error {
	if text[0] != '{' {
		return errWrongType
	}
	seen := map[string]struct{}{}
	for quoted, value := range members(text) {
		var name string
		if json.Unmarshal(quoted, &name) != nil {
			return errWrongType
		}
		if _, again := seen[name]; again {
			return errors.New("an object has each member once")
		}
		seen[name] = struct{}{}
		if string(value) == "null" {
			continue
		}
		if err := member(name, value); err != nil {
			return err
		}
	}
	return nil
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
