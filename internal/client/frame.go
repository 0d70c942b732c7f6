package client

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// frame is a frame from the server. What the client does not know of it is ignored.
type frame struct {
	Welcome *welcome            `json:"welcome"`
	Event   string              `json:"event"`
	Seq     uint64              `json:"seq"`
	Payload json.RawMessage     `json:"payload"`
	Batch   []json.RawMessage   `json:"batch"`
	Ack     *uint64             `json:"ack"`
	Error   *Refusal            `json:"error"`
	Gap     *gap                `json:"gap"`
	Stale   map[string]string   `json:"stale"`
	Refused map[string]*Refusal `json:"refused"`
	At      *uint64             `json:"at"`
	Ticket  string              `json:"ticket"`
}

type gap struct {
	Events map[string]*uint64 `json:"events"`
}

type welcome struct {
	Peer      string              `json:"peer"`
	Session   string              `json:"session"`
	Ticket    string              `json:"ticket"`
	Epoch     string              `json:"epoch"`
	At        uint64              `json:"at"`
	Resumed   bool                `json:"resumed"`
	Heartbeat float64             `json:"heartbeat"`
	Refused   map[string]*Refusal `json:"refused"`
}

// heartbeat returns how often the server says something, in seconds.
func (w *welcome) heartbeat() float64 {
	if w.Heartbeat <= 0 {
		return 25
	}
	return w.Heartbeat
}

type helloFrame struct {
	Window string               `json:"window,omitempty"`
	Listen map[string]listening `json:"listen"`
	Resume *resume              `json:"resume,omitempty"`
}

// listening is an interest, with the position from which it has held if the hello resumes.
type listening struct {
	Interest
	Since *uint64 `json:"since,omitempty"`
}

type resume struct {
	Ticket string `json:"ticket"`
	Epoch  string `json:"epoch"`
	Seq    uint64 `json:"seq"`
	Sent   uint64 `json:"sent,omitempty"`
}

type emitFrame struct {
	Emit    string          `json:"emit"`
	ID      uint64          `json:"id"`
	Payload json.RawMessage `json:"payload,omitempty"`
	To      json.RawMessage `json:"to,omitempty"`
}

// parse returns the frames of a message.
func parse(text []byte) (frames []frame, err error) {
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("[")) {
		err = json.Unmarshal(text, &frames)
	} else {
		frames = make([]frame, 1)
		err = json.Unmarshal(text, &frames[0])
	}
	if err != nil {
		return nil, fmt.Errorf("the server does not speak eventgen.v1: %w", err)
	}
	return frames, nil
}
