package codecs

// Shape is an adjacently tagged union.
//
//eventgen:union tag=kind content=shape
//eventgen:event
type Shape interface{ shape() }

// Circle is a shape.
type Circle struct {
	Radius float64 `json:"radius"`
}

// Square is a shape by its pointer alone.
type Square struct {
	Side int `json:"side"`
}

// Label is a shape that is no struct.
//
//eventgen:variant name=text
type Label string

// Group is a shape of shapes.
type Group struct {
	Shapes []Shape          `json:"shapes"`
	Named  map[string]Shape `json:"named,omitempty"`
}

// Blank has no properties.
type Blank struct{}

func (Circle) shape()  {}
func (*Square) shape() {}
func (Label) shape()   {}
func (Group) shape()   {}
func (Blank) shape()   {}

// Message is an internally tagged union.
//
//eventgen:union tag=type
//eventgen:event
type Message interface{ message() }

// Text is a message.
type Text struct {
	Body string   `json:"body"`
	To   []string `json:"to,omitempty"`
}

// Quit is a message without properties.
type Quit struct{}

// Forward is a message that holds messages.
type Forward struct {
	First Message   `json:"first"`
	Rest  []Message `json:"rest"`
}

func (Text) message()    {}
func (Quit) message()    {}
func (Forward) message() {}

// Unions holds unions in every position.
//
//eventgen:event
type Unions struct {
	Shape   Shape            `json:"shape"`
	Opt     Shape            `json:"opt,omitempty"`
	Zero    Message          `json:"zero,omitzero"`
	List    []Shape          `json:"list"`
	Map     map[string]Shape `json:"map"`
	Message Message          `json:"message"`
	Array   [2]Message       `json:"array"`
}

// OptionalFirst begins and ends with a union that can be absent.
//
//eventgen:event
type OptionalFirst struct {
	Opt  Shape   `json:"opt,omitempty"`
	Zero Message `json:"zero,omitzero"`
}
