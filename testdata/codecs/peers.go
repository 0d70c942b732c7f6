package codecs

// Progress is the progress of a download.
//
//eventgen:event throttle=100ms key=ID
type Progress struct {
	ID        string   `json:"id"`
	Current   uint64   `json:"current"`
	Total     uint64   `json:"total"`
	SpeedMbps *float64 `json:"speed_mbps,omitempty"`
}
