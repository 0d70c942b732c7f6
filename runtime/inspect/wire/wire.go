// Package wire declares what the inspector and its page say to each other.
package wire

import "encoding/json"

//go:generate go run github.com/eventgen/eventgen/cmd/eventgen

// Record is one delivery of the bus that is inspected.
//
//eventgen:event inspect:record batch=2000 wait=100ms slow=drop max=1MiB
type Record struct {
	N         uint64          `json:"n"` // counts them
	Event     string          `json:"event"`
	Time      int64           `json:"time"` // of the delivery, in milliseconds since 1970
	Seq       uint64          `json:"seq"`
	From      string          `json:"from,omitempty"` // the window and identity of the client, or the node; empty for Go code
	To        string          `json:"to,omitempty"`   // empty for everyone
	Target    json.RawMessage `json:"target,omitempty"`
	Key       string          `json:"key,omitempty"`
	Size      int             `json:"size"`                // of the payload, in bytes
	Delay     float64         `json:"delay,omitempty"`     // since the last emit that went into it, in milliseconds
	Coalesced int             `json:"coalesced,omitempty"` // emits that it stands for, beside the last
	Batch     int             `json:"batch,omitempty"`     // payloads
	Client    bool            `json:"client,omitempty"`    // a client emitted it
	Cut       bool            `json:"cut,omitempty"`       // the payload is too long to be shown
	Hidden    bool            `json:"hidden,omitempty"`    // the payload is not to be shown
	Payload   json.RawMessage `json:"payload,omitempty"`
}

// Catalog is what the bus knows.
//
//eventgen:event inspect:catalog sticky max=4MiB
type Catalog struct {
	Node   string  `json:"node"`
	Events []Event `json:"events"`
}

// Event is an event of the bus.
type Event struct {
	Name    string            `json:"name"`
	From    string            `json:"from"`
	To      string            `json:"to"`
	Options []string          `json:"options"`
	Doc     string            `json:"doc,omitempty"`
	Type    string            `json:"type,omitempty"`    // the payload, in TypeScript
	Fields  map[string]string `json:"fields,omitempty"`  // what is said of its fields
	Example json.RawMessage   `json:"example,omitempty"` // a payload as the contract says
	Empty   bool              `json:"empty,omitempty"`
	Hidden  bool              `json:"hidden,omitempty"`
}

// State is what is counted, twice a second.
//
//eventgen:event inspect:state sticky slow=latest max=4MiB
type State struct {
	Time    int64    `json:"time"`
	Dropped uint64   `json:"dropped"` // records that the page could not be sent
	Counts  []Count  `json:"counts"`
	Clients []Client `json:"clients"`
	Totals  Totals   `json:"totals"`
}

// Count is what was counted of an event.
type Count struct {
	Event     string `json:"event"`
	Emitted   uint64 `json:"emitted"`
	Delivered uint64 `json:"delivered"`
	Coalesced uint64 `json:"coalesced"`
	Waiting   int    `json:"waiting"`
	Queued    int    `json:"queued"`
	Dropped   uint64 `json:"dropped"`
	Refused   uint64 `json:"refused"`
	Failed    uint64 `json:"failed"`
	Bytes     uint64 `json:"bytes"`
}

// Client is a client of the bus.
type Client struct {
	ID       string   `json:"id"`
	Window   string   `json:"window,omitempty"`
	Identity string   `json:"identity,omitempty"`
	State    string   `json:"state"`
	Format   string   `json:"format,omitempty"`
	Since    int64    `json:"since,omitempty"`
	Lag      int      `json:"lag"`
	Resumes  int      `json:"resumes"`
	Gaps     int      `json:"gaps"`
	Listens  []string `json:"listens"`
	Sent     uint64   `json:"sent"`
}

// Totals is what was counted of clients.
type Totals struct {
	Connected int    `json:"connected"`
	Away      int    `json:"away"`
	Behind    int    `json:"behind"`
	Lag       int    `json:"lag"`
	Resumed   uint64 `json:"resumed"`
	Gapped    uint64 `json:"gapped"`
	Closed    uint64 `json:"closed"`
	Refused   uint64 `json:"refused"`
	Sent      uint64 `json:"sent"`
}

// Emit asks the inspector to emit an event: as Go code does, or as a client if only clients emit it.
//
//eventgen:event inspect:emit from=client
type Emit struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload,omitempty"`
	To      json.RawMessage `json:"to,omitempty"`
}
