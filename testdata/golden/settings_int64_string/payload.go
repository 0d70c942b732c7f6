// Package payload has a payload that the settings change.
package payload

import "time"

type Inner struct {
	Items []string `json:"items"`
}

// Mask is a number whatever the setting is: an enum is exact.
type Mask int

const (
	Read Mask = 1 << iota
	Write
	Execute
)

//eventgen:event changed from=both
type Changed struct {
	ID    int64           `json:"id"`
	Count uint64          `json:"count"`
	IDs   []int64         `json:"ids"`
	ByID  map[int64]Inner `json:"by_id"`
	At    time.Time       `json:"at"`
	Until *time.Time      `json:"until,omitempty"`
	Data  []byte          `json:"data"`
	Inner Inner           `json:"inner"`
	Size  int             `json:"size"`
	Limit *uint           `json:"limit"`
	Mask  Mask            `json:"mask"`
}
