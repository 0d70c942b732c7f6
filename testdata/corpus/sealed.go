package corpus

// Shape is an adjacently tagged union.
//
//eventgen:union tag=kind content=shape
//eventgen:event corpus:Shape
type Shape interface {
	Area() float64
	isShape()
}

// Circle is a variant by value.
type Circle struct {
	R float64 `json:"r"`
}

// Square is a variant by pointer, renamed.
//
//eventgen:variant name=square
type Square struct {
	Side float64 `json:"side"`
	Kind string  `json:"kind"` // called as the tag is, which does not matter beside a content
}

// Group holds shapes.
type Group struct {
	Shapes []Shape          `json:"shapes"`
	Named  map[string]Shape `json:"named"`
	First  *Shape           `json:"first"`
}

// Points is a variant that is no struct.
type Points []int

type point int

func (Circle) isShape()  {}
func (*Square) isShape() {}
func (Group) isShape()   {}
func (Points) isShape()  {}
func (point) isShape()   {}

// Area of a circle.
func (c Circle) Area() float64 { return c.R }

// Area of a square.
func (s *Square) Area() float64 { return s.Side }

// Area of a group.
func (g Group) Area() float64 { return 0 }

// Area of points.
func (p Points) Area() float64 { return 0 }

// Area of a point.
func (p point) Area() float64 { return 0 }

var _ = union("kind", "shape", func(s Shape, t tagged) Shape {
	return struct {
		Shape
		tagged
	}{s, t}
}, "Circle", Circle{}, "square", Square{}, "Group", Group{}, "Points", Points{}, "point", point(0))

var _ = choose[Shape](Shape(Circle{2}), Shape(&Circle{3}), Shape(&Square{}), Shape(Group{}), Shape(Points{1, 2}), Shape(Points(nil)), Shape(point(5)))

var _ = add[Shape](never(
	`{"kind":"Circle"}`, `{"kind":"Circle","shape":{}}`, `{"kind":"Square","shape":{"side":1,"kind":"a"}}`, `{"r":1}`,
	`{"kind":"square","shape":{"r":1}}`, `{"kind":"Circle","r":1}`, `{"kind":"Points","shape":{}}`, `{"kind":"Circle","shape":null}`,
	`null`, `{"kind":"Group","shape":{"shapes":[{"r":1}],"named":null,"first":null}}`,
))

// Session is an internally tagged union.
//
//eventgen:union tag=type
type Session interface{ isSession() }

// Login begins a session.
type Login struct {
	User string  `json:"user"`
	Via  *string `json:"via,omitempty"`
}

// Logout ends it.
type Logout struct{}

// Renewal embeds another variant.
type Renewal struct {
	Login
	Until int `json:"until"`
}

func (Login) isSession()  {}
func (Logout) isSession() {}

var _ = union("type", "", func(s Session, t tagged) Session {
	return struct {
		Session
		tagged
	}{s, t}
}, "Login", Login{}, "Logout", Logout{}, "Renewal", Renewal{})

var _ = choose[Session](Session(Login{}), Session(&Login{}), Session(Logout{}), Session(Renewal{}))

// Unions has unions in every position.
//
//eventgen:event corpus:Unions
type Unions struct {
	Shape   Shape              `json:"shape"`
	Session Session            `json:"session"`
	Omit    Session            `json:"omit,omitempty"`
	List    []Session          `json:"list"`
	Map     map[string]Session `json:"map"`
	Ptr     *Session           `json:"ptr"`
	Page    Page[Session]      `json:"page"`
	Array   [2]Session         `json:"array"`
}

const unionsDoc = `"list":null,"map":null,"ptr":null,"page":{"items":null,"next":null,"total":0},"array":[null,null]`

var _ = add[Unions](never(
	`{`+unionsDoc+`,"shape":null}`, `{`+unionsDoc+`,"shape":null,"session":{"user":"a"}}`, `{`+unionsDoc+`,"shape":null,"session":{"type":"Login"}}`,
	`{`+unionsDoc+`,"shape":null,"session":{"type":"Logout","user":"a"}}`, `{`+unionsDoc+`,"shape":null,"session":{"type":"Login","user":"a","via":null}}`,
	`{`+unionsDoc+`,"shape":null,"session":null,"omit":null}`, `{`+unionsDoc+`,"shape":{"type":"Logout"},"session":null}`,
	`{`+unionsDoc+`,"shape":null,"session":{"type":"Other"}}`,
))
