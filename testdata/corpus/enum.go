package corpus

// Status is an enum of strings.
type Status string

// The statuses. A third one is in another file.
const (
	StatusOpen   Status = "open" // Open is the first.
	StatusClosed Status = "closed"
	// StatusDone is an alias of a value.
	StatusDone Status = "closed"
)

// Weekday counts.
type Weekday int

// The days; one is not exported.
const (
	Monday Weekday = iota
	Tuesday
	_
	thursday
)

// Color is an enum of bytes.
type Color uint8

// The colors.
const (
	Red   Color = 1
	Green Color = 2
	Blue  Color = 3
)

// Perm is a set of flags by iota.
type Perm uint

// The permissions.
const (
	Read Perm = 1 << iota
	Write
	Exec
	AllPerms = Read | Write | Exec
)

// Mask is a set of flags by their values.
type Mask int

// The bits.
const (
	MaskNone Mask = 0
	MaskA    Mask = 1
	MaskB    Mask = 2
	MaskC    Mask = 8
)

// Timeout is a quantity: its constants are units.
type Timeout int32

// The units.
const (
	Millisecond Timeout = 1
	Second      Timeout = 1000 * Millisecond
	Minute      Timeout = 60 * Second
)

// Single has one constant, which names a value and limits nothing.
type Single string

// TheOne is that constant.
const TheOne Single = "one"

// Ratio has constants that are no integers.
type Ratio float64

// The ratios.
const (
	Half    Ratio = 0.5
	Quarter Ratio = 0.25
)

// Toggle has boolean constants.
type Toggle bool

// The toggles.
const (
	On  Toggle = true
	Off Toggle = false
)

// Open is open by directive.
//
//eventgen:enum open
type Open string

// Known values of Open.
const (
	OpenA Open = "a"
	OpenB Open = "b"
)

// Closed is closed by directive although it looks like flags.
//
//eventgen:enum closed
type Closed int

// The values of Closed.
const (
	Closed1 Closed = 1
	Closed2 Closed = 2
	Closed4 Closed = 4
)

// Flags are flags by directive although they count.
//
//eventgen:enum flags
type Flags uint16

// The values of Flags.
const (
	Flag1 Flags = iota + 1
	Flag2
	Flag3
)

// Negative has a value below zero, strings with special characters and an empty one.
type Negative int8

// The values of Negative.
const (
	Minus Negative = iota - 1
	Null
	Plus
)

// Odd has odd strings.
type Odd string

// The odd strings.
const (
	OddEmpty   Odd = ""
	OddQuote   Odd = `"quoted" \ 'single' ` + "`back` ${x}"
	OddNewline Odd = "line\nbreak\u2028"
	OddHTML    Odd = "</script>"
	OddEmoji   Odd = "🎉"
)

var (
	_ = choose(StatusOpen, StatusClosed, StatusPaused)
	_ = choose(Monday, Tuesday, thursday)
	_ = choose(Red, Green, Blue)
	_ = choose(Perm(0), Read, Read|Exec, AllPerms)
	_ = choose(Closed1, Closed2, Closed4)
	_ = choose(OpenA, OpenB, Open("other"))
	_ = choose(Minus, Null, Plus)
	_ = choose(OddEmpty, OddQuote, OddNewline, OddHTML, OddEmoji)
)

// Enums has constants of every sort.
//
//eventgen:event corpus:Enums
type Enums struct {
	Status   Status   `json:"status"`
	Weekday  Weekday  `json:"weekday"`
	Color    Color    `json:"color"`
	Perm     Perm     `json:"perm"`
	Mask     Mask     `json:"mask"`
	Timeout  Timeout  `json:"timeout"`
	Single   Single   `json:"single"`
	Ratio    Ratio    `json:"ratio"`
	Toggle   Toggle   `json:"toggle"`
	Open     Open     `json:"open"`
	Closed   Closed   `json:"closed"`
	Flags    Flags    `json:"flags"`
	Negative Negative `json:"negative"`
	Odd      Odd      `json:"odd"`
}

const enumsDoc = `"perm":7,"mask":3,"timeout":7,"single":"other","ratio":0.1,"toggle":true,"open":"other","flags":9,"odd":""`
const enumsRest = `"weekday":0,"color":1,"closed":4,"negative":-1`

var _ = add[Enums](never(
	`{`+enumsDoc+`,`+enumsRest+`}`, `{`+enumsDoc+`,`+enumsRest+`,"status":"other"}`, `{`+enumsDoc+`,`+enumsRest+`,"status":""}`,
	`{`+enumsDoc+`,`+enumsRest+`,"status":1}`, `{`+enumsDoc+`,`+enumsRest+`,"status":null}`,
	`{`+enumsDoc+`,"status":"open","weekday":2,"color":1,"closed":4,"negative":-1}`,
	`{`+enumsDoc+`,"status":"open","weekday":"Monday","color":1,"closed":4,"negative":-1}`,
	`{`+enumsDoc+`,"status":"open","weekday":0,"color":0,"closed":4,"negative":-1}`,
	`{`+enumsDoc+`,"status":"open","weekday":0,"color":1,"closed":3,"negative":-1}`,
	`{`+enumsDoc+`,"status":"open","weekday":0,"color":1,"closed":4,"negative":2}`,
))

// EnumPlaces has an enum in every position.
//
//eventgen:event corpus:EnumPlaces
type EnumPlaces struct {
	Ptr    *Status           `json:"ptr"`
	Slice  []Status          `json:"slice"`
	Array  [2]Status         `json:"array"`
	Value  map[string]Status `json:"value"`
	Key    map[Status]int    `json:"key"` // some of the members, not all
	IntKey map[Weekday]int   `json:"intKey"`
	Flag   map[Perm]int      `json:"flag"`
	Open   map[Open]int      `json:"open"`
	Omit   Status            `json:"omit,omitempty"`
	Zero   Weekday           `json:"zero,omitzero"`
	Bytes  []Color           `json:"bytes"`
	Odd    map[Odd]bool      `json:"odd"`
}

const placesDoc = `"array":["open","closed"],"value":null,"intKey":null,"flag":null,"open":null,"bytes":null,"odd":null`

var _ = add[EnumPlaces](never(
	`{`+placesDoc+`,"ptr":"other","slice":null,"key":null}`, `{`+placesDoc+`,"ptr":null,"slice":["other"],"key":null}`,
	`{`+placesDoc+`,"ptr":null,"slice":[null],"key":null}`, `{`+placesDoc+`,"ptr":null,"slice":null,"key":{"other":1}}`,
	`{`+placesDoc+`,"ptr":null,"slice":null,"key":{"open":"a"}}`, `{`+placesDoc+`,"ptr":null,"slice":null,"key":null,"omit":null}`,
	`{`+placesDoc+`,"ptr":null,"slice":null,"key":null,"omit":"other"}`,
))
