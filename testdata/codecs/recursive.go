package codecs

import "example.test/testdata/codecs/other"

// Node is a list and a tree.
//
//eventgen:event
type Node struct {
	Value    int              `json:"value"`
	Next     *Node            `json:"next,omitempty"`
	Children []Node           `json:"children,omitempty"`
	Named    map[string]*Node `json:"named,omitempty"`
}

// Tree is a slice of itself.
//
//eventgen:event
type Tree []Tree

// Graph is a map of itself.
//
//eventgen:event
type Graph map[string]Graph

// Ping and Pong contain each other.
//
//eventgen:event
type Ping struct {
	Pong *Pong `json:"pong"`
}

// Pong contains Ping.
type Pong struct {
	Pings []Ping `json:"pings"`
}

// Generics are instances of generic types.
//
//eventgen:event
type Generics struct {
	Ints    Page[int]              `json:"ints"`
	Points  Page[Point]            `json:"points"`
	Nested  Page[Page[string]]     `json:"nested"`
	Pair    Pair[string, MyInt]    `json:"pair"`
	Bytes   Page[byte]             `json:"bytes"`
	Text    Page[TextString]       `json:"text"`
	Box     other.Box[Point]       `json:"box"`
	Boxed   other.Box[other.Thing] `json:"boxed"`
	Linked  *Linked[string]        `json:"linked"`
	Keyed   Keyed[MyString, Point] `json:"keyed"`
	Omitted Maybe[*int]            `json:"omitted"`
	Phantom Phantom[Point]         `json:"phantom"`
}

// Page is a page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Pair is a pair.
type Pair[A, B any] struct {
	First  A `json:"first"`
	Second B `json:"second"`
}

// Linked is a linked list.
type Linked[T any] struct {
	Value T          `json:"value"`
	Next  *Linked[T] `json:"next"`
}

// Keyed is a map.
type Keyed[K ~string, V any] map[K]V

// Maybe can be empty.
type Maybe[T any] struct {
	Value T `json:"value,omitempty"`
}

// Phantom does not write its parameter.
type Phantom[T any] struct {
	N int `json:"n"`
}
