// Package payload has a payload that the settings change.
package payload

import "time"

type Inner struct {
	Items []string `json:"items"`
}

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
}
