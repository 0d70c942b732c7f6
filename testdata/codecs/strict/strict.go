// Package strict holds a payload for every problem that a decoder can find. Unknown properties
// are refused.
//
//eventgen:defaults from=client
package strict

import (
	"errors"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// Order has a field of every kind that is read in a way of its own.
//
//eventgen:event
type Order struct {
	ID     string          `json:"id"`
	Count  uint8           `json:"count,omitempty"`
	Delta  int8            `json:"delta,omitempty"`
	Ratio  float64         `json:"ratio,omitempty"`
	Paid   bool            `json:"paid,omitempty"`
	State  State           `json:"state,omitempty"`
	Level  Level           `json:"level,omitempty"`
	Pair   *[2]int         `json:"pair,omitempty"`
	Items  []Item          `json:"items,omitempty"`
	Named  map[string]int  `json:"named,omitempty"`
	Keyed  map[int8]string `json:"keyed,omitempty"`
	Codes  map[*Code]int   `json:"codes,omitempty"`
	Shape  Shape           `json:"shape,omitempty"`
	At     *time.Time      `json:"at,omitempty"`
	Data   []byte          `json:"data,omitempty"`
	Code   *Code           `json:"code,omitempty"`
	Quoted int8            `json:"quoted,omitempty,string"`
	Any    any             `json:"any,omitempty"`
}

// Item is a line of an order.
type Item struct {
	Name string `json:"na/me~"`
}

// State is a closed enum of strings.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Level is a closed enum of integers.
type Level int

// The levels.
const (
	Low  Level = 10
	High Level = 30
)

// Code reads three letters.
type Code struct{ text string }

// MarshalText returns the letters.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText accepts three letters.
func (c *Code) UnmarshalText(text []byte) error {
	if len(text) != 3 {
		return errors.New("a code has three letters")
	}
	c.text = string(text)
	return nil
}

// Shape is a union.
//
//eventgen:union tag=type content=data
type Shape interface{ isShape() }

// Circle is a shape.
type Circle struct {
	Radius int `json:"radius"`
}

func (Circle) isShape() {}

// Square is a shape.
type Square struct{}

func (Square) isShape() {}

// Move is a union with an internal tag that is a whole payload.
//
//eventgen:union tag=kind
//eventgen:event
type Move interface{ isMove() }

// Step is a move.
type Step struct {
	By int `json:"by"`
}

func (Step) isMove() {}

// Range checks itself.
//
//eventgen:event
type Range struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Validate wants From before To, and From to be positive.
func (r Range) Validate() error {
	if r.From < 0 {
		return &codec.Error{Path: "/from", Expected: "a positive number", Found: "a negative one"}
	}
	if r.From > r.To {
		return errors.New("from is behind to")
	}
	return nil
}
