// Package ir is the model that the generator works on: events, the wire form of their
// payloads, documentation and positions.
//
// It is plain data: it knows no go/types, every slice has a defined order, and it survives a
// round trip through JSON. The parser produces it; every generator, the lock file and the
// comparison of two versions consume it.
package ir

import (
	"time"

	"github.com/eventgen/eventgen/internal/diag"
)

// Model is all that one output is rendered from.
type Model struct {
	Settings Settings   `json:"settings"`
	Packages []*Package `json:"packages"` // by path
	// Covered holds the absolute directories of all packages that the run's patterns matched,
	// those without events included, sorted: what an earlier run wrote for them and this one
	// does not is an orphan.
	Covered []string `json:"-"`
}

// Settings hold for a whole output and are part of its contract.
type Settings struct {
	Nil   NilMode   `json:"nil"`
	Int64 Int64Mode `json:"int64"`
	Time  TimeMode  `json:"time"`
	Bytes BytesMode `json:"bytes"`
	// RefuseUnknown: a property that a type does not have is refused in what clients emit;
	// otherwise it is ignored.
	RefuseUnknown bool `json:"refuseUnknown,omitempty"`
}

// NilMode says what a nil slice or map is on the wire.
type NilMode string

// Int64Mode says how int64 and uint64 travel and what TypeScript sees.
// Every mode but number quotes them on the wire.
type Int64Mode string

// TimeMode says what TypeScript sees of a time.Time; the wire form is RFC 3339 in either mode.
type TimeMode string

// BytesMode says what TypeScript sees of bytes; the wire form is base64 in either mode.
type BytesMode string

// The settings' values; the first of each is the default.
const (
	NilNull  NilMode = "null"  // null, as encoding/json writes
	NilEmpty NilMode = "empty" // [] or {}

	Int64Number Int64Mode = "number"
	Int64String Int64Mode = "string"
	Int64BigInt Int64Mode = "bigint"

	TimeString TimeMode = "string"
	TimeDate   TimeMode = "date"

	BytesBase64 BytesMode = "base64"
	BytesArray  BytesMode = "uint8array"
)

// DefaultSettings are those of an output that says nothing.
func DefaultSettings() Settings {
	return Settings{Nil: NilNull, Int64: Int64Number, Time: TimeString, Bytes: BytesBase64}
}

// Quotes reports whether integers of type t travel in strings.
func (s Settings) Quotes(t *Type) bool {
	wide := (t.Kind == KindInt || t.Kind == KindUint) && (t.Bits == 0 || t.Bits == 64)
	return wide && !t.Plain && s.Int64 != "" && s.Int64 != Int64Number
}

// NilIsNull reports whether nil travels as null, for the type t of a slice, a map or bytes.
func (s Settings) NilIsNull(t *Type) bool { return t.Plain || s.Nil != NilEmpty }

// Package is one annotated Go package, self-contained: Decls holds every named type that its
// payloads reach, in whatever package it is declared.
type Package struct {
	Path   string   `json:"path"`
	Name   string   `json:"name"`
	Dir    string   `json:"-"` // absolute directory, where generated Go goes
	Doc    Doc      `json:"doc,omitzero"`
	Events []*Event `json:"events"`          // by wire name
	Decls  []*Decl  `json:"decls"`           // by ID
	Allow  []Allow  `json:"allow,omitempty"` // in the package's doc comment: hold for all of it
	// Idents are the package's own top-level identifiers outside generated files, sorted:
	// what generated names must not collide with.
	Idents []Ident `json:"-"`
}

// Ident is a top-level identifier of a package.
type Ident struct {
	Name string
	Pos  diag.Pos
}

// Decl returns the declaration with this ID, or nil.
func (p *Package) Decl(id string) *Decl {
	for _, d := range p.Decls {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// Doc is the documentation of a declaration, without directives.
type Doc struct {
	Text       string `json:"text,omitempty"`       // paragraphs as in the source, without the Deprecated one
	Deprecated string `json:"deprecated,omitempty"` // the text after "Deprecated:", or of the option deprecated=
}

// Event is one declared event.
type Event struct {
	Name    string   `json:"name"` // on the wire
	Go      string   `json:"go"`   // stem of generated identifiers in Go and TypeScript: OnX, EmitX, XEvent
	Decl    string   `json:"decl"` // the Go identifier that carries the directive
	Const   bool     `json:"const,omitempty"`
	Doc     Doc      `json:"doc,omitzero"`
	Payload *Type    `json:"payload"`      // nil for an event without payload (eventbus.Empty)
	Pos     diag.Pos `json:"pos,omitzero"` // of the event's name in the directive, or of the verb

	From  Direction `json:"from"`
	To    Audience  `json:"to"`
	Relay bool      `json:"relay,omitempty"`

	Throttle time.Duration `json:"throttle,omitempty"` // nanoseconds, as all durations here
	Debounce time.Duration `json:"debounce,omitempty"`
	Key      *Key          `json:"key,omitempty"`
	Keys     int           `json:"keys,omitempty"` // set whenever Key is; default 4096
	Batch    int           `json:"batch,omitempty"`
	Wait     time.Duration `json:"wait,omitempty"`    // set whenever Batch is; default 20ms
	Flushes  []string      `json:"flushes,omitempty"` // wire names, sorted
	Sticky   bool          `json:"sticky,omitempty"`
	Replay   int           `json:"replay,omitempty"`
	Slow     SlowPolicy    `json:"slow"`
	Max      int64         `json:"max,omitempty"` // bytes of one payload; 0: the transport's limit alone

	Version int    `json:"version,omitempty"`
	Was     string `json:"was,omitempty"`

	Allow []Allow `json:"allow,omitempty"`
	// Options holds the position of each option written on the event, by option word.
	Options map[string]diag.Pos `json:"-"`
}

// Direction says who may emit an event.
type Direction string

// Audience says whom an event may address.
type Audience string

// SlowPolicy says what a window gets that cannot keep up.
type SlowPolicy string

// The values of from=, to= and slow=; the first of each is the default.
const (
	FromServer Direction = "server"
	FromClient Direction = "client"
	FromBoth   Direction = "both"

	ToAny    Audience = "any"
	ToWindow Audience = "window"
	ToGroup  Audience = "group"

	SlowResume SlowPolicy = "resume"
	SlowLatest SlowPolicy = "latest"
	SlowDrop   SlowPolicy = "drop"
)

// Server reports whether Go emits the event.
func (d Direction) Server() bool { return d != FromClient }

// Client reports whether windows emit the event.
func (d Direction) Client() bool { return d != FromServer }

// Key is the field that option key= names.
type Key struct {
	Field string   `json:"field"` // as written: the Go field, promoted ones included
	Path  []string `json:"path"`  // Go selectors from the payload to the field
	JSON  []string `json:"json"`  // property path in the payload's wire form
	Type  *Type    `json:"type"`
	// Nilable tells for each selector of Path but the last whether it is an embedded pointer.
	Nilable []bool `json:"nilable,omitempty"`
}

// Allow is an accepted rule of breaking or warning.
type Allow struct {
	Rule   string   `json:"rule"`
	Reason string   `json:"reason"`
	Pos    diag.Pos `json:"pos,omitzero"`
}
