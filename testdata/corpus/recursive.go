package corpus

// Node refers to itself in every way that has an end.
//
//eventgen:event corpus:Node
type Node struct {
	Name     string           `json:"name"`
	Parent   *Node            `json:"parent"`
	Children []Node           `json:"children"`
	Named    map[string]Node  `json:"named"`
	Ptrs     map[string]*Node `json:"ptrs,omitempty"`
	Self     NodeList         `json:"self"`
	Any      any              `json:"any"`
}

// NodeList is a list of nodes.
type NodeList []*Node

var _ = add[Node](never(`{}`, `{"name":"a","parent":{},"children":null,"named":null,"self":null,"any":null}`,
	`{"name":"a","parent":null,"children":[null],"named":null,"self":null,"any":null}`,
	`{"name":"a","parent":null,"children":null,"named":{"a":null},"self":null,"any":null}`))

// Lists is a slice of itself.
//
//eventgen:event corpus:Lists
type Lists []Lists

var _ = add[Lists](never(`{}`, `[1]`, `["a"]`))

// Dicts is a map of itself.
//
//eventgen:event corpus:Dicts
type Dicts map[string]Dicts

var _ = add[Dicts](never(`[]`, `{"a":1}`))

// Ping and Pong refer to each other.
//
//eventgen:event corpus:Ping
type Ping struct {
	Pong *Pong `json:"pong"`
}

// Pong is the other one.
type Pong struct {
	Ping  *Ping  `json:"ping"`
	Pings []Ping `json:"pings"`
}

var _ = add[Ping](never(`{}`, `{"pong":{}}`, `{"pong":{"ping":{},"pings":null}}`))
