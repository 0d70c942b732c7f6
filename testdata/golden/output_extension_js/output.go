// Package output is for an option of the output.
package output

import "github.com/eventgen/eventgen/runtime/eventbus"

// Progress is keyed.
//
//eventgen:event progress key=ID throttle=1s
type Progress struct {
	ID string `json:"id"`
}

//eventgen:event from=client
const Ask eventbus.Name[string] = "ask"

//eventgen:event batch=10
const Line eventbus.Name[string] = "line"
