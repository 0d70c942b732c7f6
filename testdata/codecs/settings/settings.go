// Package settings has an output whose settings change what travels.
package settings

import "encoding/json"

// Mixed holds one type inside and outside of a type that a method reads.
//
//eventgen:event from=both
type Mixed struct {
	Own    Account  `json:"own"`
	Other  Balance  `json:"other"`
	Listed []string `json:"listed"`
	Token  Token    `json:"token"`
	// Within has a method by embedding, and no name.
	Within struct{ Stamp } `json:"within"`
}

// Stamp is read by a method.
type Stamp struct {
	At uint64 `json:"at"`
}

// UnmarshalJSON reads the structure.
func (s *Stamp) UnmarshalJSON(text []byte) error {
	type plain Stamp
	return json.Unmarshal(text, (*plain)(s))
}

// Account is read by a method, and written by its structure: as encoding/json has it.
type Account struct {
	ID      uint64             `json:"id"`
	Balance Balance            `json:"balance"`
	Named   map[string]Balance `json:"named"`
	Pages   Pages[int64]       `json:"pages"`
	Total   Sum[int]           `json:"total"`
}

// Sum has a constraint.
type Sum[T ~int | ~int64] struct {
	Of T `json:"of"`
}

// UnmarshalJSON reads the structure, or the id alone.
func (a *Account) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &a.ID) == nil {
		return nil
	}
	type plain Account
	return json.Unmarshal(text, (*plain)(a))
}

// Balance occurs both ways.
type Balance struct {
	Amount int64   `json:"amount"`
	Days   []int   `json:"days"`
	Rates  [][]int `json:"rates,omitempty"`
}

// Pages is generic.
type Pages[T any] struct {
	Items []T `json:"items"`
}

// Token is sealed and no union.
//
//eventgen:allow sealed-interface its variants tell themselves apart
//eventgen:allow one-way-method the server alone sends one
type Token interface{ isToken() }

// Word is a token.
type Word struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// Number is a token.
type Number int64

func (Word) isToken()    {}
func (*Number) isToken() {}
