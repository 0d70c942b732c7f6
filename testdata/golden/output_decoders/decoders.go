// Package decoders has payloads whose decoders differ in kind.
package decoders

import (
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Level is a closed enum.
type Level string

// The levels.
const (
	LevelInfo Level = "info"
	LevelWarn Level = "warn"
)

// Record has a field of each kind that is converted, and others.
//
//eventgen:event record
type Record struct {
	ID       int64             `json:"id"`
	At       time.Time         `json:"at"`
	Until    *time.Time        `json:"until,omitempty"`
	Data     []byte            `json:"data"`
	Level    Level             `json:"level"`
	Count    uint8             `json:"count"`
	Ratio    float64           `json:"ratio,string"`
	Tags     []string          `json:"tags"`
	Labels   map[string]string `json:"labels,omitzero"`
	Position [2]int32          `json:"position"`
	Parent   *Record           `json:"parent,omitempty"`
}

// Change is what happened to a record.
//
//eventgen:union tag=type content=data
//eventgen:event change
type Change interface{ isChange() }

// Created is a new record.
type Created struct {
	Record Record `json:"record"`
}

// Removed is a record that is gone.
type Removed struct {
	ID int64 `json:"id"`
}

func (Created) isChange() {}
func (Removed) isChange() {}

//eventgen:event
const Line eventbus.Name[string] = "line"
