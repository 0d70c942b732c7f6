// Package payload holds what the codecs are compared on.
//
//eventgen:defaults from=both
package payload

//go:generate go run github.com/eventgen/eventgen/cmd/eventgen
//go:generate go tool easyjson -no_std_marshalers -all -output_filename easyjson_gen.go payload.go

// Progress tells how far one download has come.
//
//eventgen:event
type Progress struct {
	ID        string   `json:"id"`
	Current   uint64   `json:"current"`
	Total     uint64   `json:"total"`
	SpeedMbps *float64 `json:"speed_mbps,omitempty"`
}

// Reading is what a sensor has measured.
//
//eventgen:event
type Reading struct {
	Sensor string  `json:"sensor"`
	At     int64   `json:"at"` // Unix milliseconds
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Valid  bool    `json:"valid"`
}

// Readings are those of one report.
//
//eventgen:event
type Readings struct {
	List []Reading `json:"list"`
}

// Node is the state of a machine: 30 fields, nested.
//
//eventgen:event
type Node struct {
	Host    Host              `json:"host"`
	Memory  Memory            `json:"memory"`
	Disks   []Disk            `json:"disks"`
	Network []Interface       `json:"network"`
	Load    [3]float64        `json:"load"`
	Labels  map[string]string `json:"labels"`
	Roles   []string          `json:"roles"`
	Healthy bool              `json:"healthy"`
	Message *string           `json:"message,omitempty"`
}

// Host is a machine.
type Host struct {
	Name   string `json:"name"`
	OS     string `json:"os"`
	Kernel string `json:"kernel"`
	Cores  int    `json:"cores"`
	Booted int64  `json:"booted"`
}

// Memory is a machine's memory, in bytes.
type Memory struct {
	Total    uint64  `json:"total"`
	Used     uint64  `json:"used"`
	Cached   uint64  `json:"cached"`
	Pressure float64 `json:"pressure"`
}

// Disk is one of a machine's disks.
type Disk struct {
	Device     string  `json:"device"`
	Mount      string  `json:"mount"`
	Total      uint64  `json:"total"`
	Used       uint64  `json:"used"`
	ReadsMbps  float64 `json:"reads_mbps"`
	WritesMbps float64 `json:"writes_mbps"`
	ReadOnly   bool    `json:"read_only"`
}

// Interface is one of a machine's network interfaces.
type Interface struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Received uint64 `json:"received"`
	Sent     uint64 `json:"sent"`
	Dropped  uint32 `json:"dropped"`
}
