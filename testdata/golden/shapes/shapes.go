// Package shapes has a payload with every shape that matters to TypeScript.
package shapes

import (
	"encoding/json"
	"math/big"
	"net/url"
	"time"
)

type Base struct {
	Created time.Time `json:"created"`
	hidden  int
}

type Extra struct {
	Note string `json:"note"`
}

type Tree struct {
	Value int32   `json:"value"`
	Left  *Tree   `json:"left"`
	Rest  []*Tree `json:"rest,omitempty"`
}

type Empty struct{}

//eventgen:event everything from=both
type Everything struct {
	Base
	*Extra
	Bool     bool              `json:"bool"`
	Quoted   int64             `json:"quoted,string"`
	Float    float32           `json:"float,omitzero"`
	Bytes    []byte            `json:"bytes"`
	Hash     [4]byte           `json:"hash"`
	Point    [2]float64        `json:"point"`
	Map      map[string]int32  `json:"map,omitempty"`
	ByNumber map[int32]string  `json:"by-number"`
	Tree     *Tree             `json:"tree"`
	Raw      json.RawMessage   `json:"raw"`
	Number   json.Number       `json:"number"`
	Any      any               `json:"any"`
	Duration time.Duration     `json:"duration"`
	URL      *url.URL          `json:"url"`
	Big      *big.Int          `json:"big"`
	Empty    Empty             `json:"empty"`
	Inline   struct{ X int32 } `json:"inline"`
	Skipped  chan int          `json:"-"`
	Default  string
}
