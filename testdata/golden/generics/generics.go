// Package generics has generic payloads.
package generics

// Page is one page of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next,omitempty"`
}

// Pair has two parameters, one of them constrained.
type Pair[K ~string | ~int32, V any] struct {
	Key   K `json:"key"`
	Value V `json:"value"`
}

type User struct {
	Name string `json:"name"`
}

//eventgen:event users
type Users struct {
	Users  Page[User]            `json:"users"`
	Names  Page[string]          `json:"names"`
	Bytes  Page[byte]            `json:"bytes"`
	Nested Page[Page[User]]      `json:"nested"`
	Pairs  []Pair[string, *User] `json:"pairs"`
}
