package lower

import (
	"encoding/json"
	"fmt"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// lowerAll lowers every event of the last package.
func lowerAll(t *testing.T, cfg func(*Config), pathsAndTexts ...string) *Lowerer {
	t.Helper()
	s := check(t, pathsAndTexts...)
	c := s.config()
	if cfg != nil {
		cfg(&c)
	}
	l := New(c)
	for _, obj := range s.events {
		l.Payload(obj.Type(), s.use(obj))
	}
	for obj := range s.notes {
		if name, ok := obj.(*types.TypeName); ok {
			l.Check(name)
		}
	}
	return l
}

func lines(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s:%d:%d: %s: %s [%s]", d.Pos.File, d.Pos.Line, d.Pos.Column, d.Severity, d.Message, d.Code))
	}
	return out
}

func TestDiagnostics(t *testing.T) {
	const head = "package app\n\nimport (\n\t\"encoding/json\"\n\t\"net/http\"\n\t\"time\"\n)\n\nvar _ json.Number\nvar _ http.Header\nvar _ time.Time\n\n"
	for _, c := range []struct {
		name, src string
		cfg       func(*Config)
		want      []string
	}{
		{name: "channel", src: `//eventgen:event
type E struct {
	Done chan int
}`, want: []string{"app.go:15:2: error: field Done has type chan int, which JSON cannot carry [unsupported-type]"}},
		{name: "every kind, omitted or not", src: `//eventgen:event
type E struct {
	A func()         ` + "`json:\",omitempty\"`" + `
	B complex128     ` + "`json:\",omitzero\"`" + `
	C *chan int
	D []func() error
	E map[bool]int
	F map[float64]string
	G map[any]int
	H [2]complex64
	I uintptr
}`, want: []string{
			"app.go:15:2: error: field A has type func(), which JSON cannot carry [unsupported-type]",
			"app.go:16:2: error: field B has type complex128, which JSON cannot carry [unsupported-type]",
			"app.go:17:2: error: field C has type *chan int, which holds chan int, which JSON cannot carry [unsupported-type]",
			"app.go:18:2: error: field D has type []func() error, which holds func() error, which JSON cannot carry [unsupported-type]",
			"app.go:19:2: error: field E has type map[bool]int, which JSON cannot carry [unsupported-type]",
			"app.go:20:2: error: field F has type map[float64]string, which JSON cannot carry [unsupported-type]",
			"app.go:21:2: error: field G has type map[any]int, which JSON cannot carry [unsupported-type]",
			"app.go:22:2: error: field H has type [2]complex64, which holds complex64, which JSON cannot carry [unsupported-type]",
		}},
		{name: "not reached", src: `//eventgen:event
type E struct {
	a chan int
	B chan int ` + "`json:\"-\"`" + `
	C M
	D [0]func()
}
// M has a marshaler.
//
//eventgen:ts string
type M struct { C chan int }

func (M) MarshalJSON() ([]byte, error) { return nil, nil }

type Unused struct { C chan int; X undefined }`},
		{name: "named types", src: `type Ch chan int
type Chs []chan int
type P *P
//eventgen:event
type E struct {
	A Ch
	B Chs
	C P
}`, want: []string{
			"app.go:13:6: error: type Ch is chan int, which JSON cannot carry [unsupported-type]",
			"app.go:14:6: error: type Chs holds chan int, which JSON cannot carry [unsupported-type]",
			"app.go:15:6: error: type P is *P, which points to itself alone [unsupported-type]",
		}},
		{name: "promoted and nested", src: `type base struct {
	Done chan int
}
//eventgen:event
type E struct {
	base
	Anon struct {
		F func()
	}
}`, want: []string{
			"app.go:14:2: error: field Done has type chan int, which JSON cannot carry [unsupported-type]",
			"app.go:20:3: error: field F has type func(), which JSON cannot carry [unsupported-type]",
		}},
		{name: "foreign", src: `//eventgen:event
//eventgen:allow int64-precision not at issue
type E struct {
	Req *http.Request
}`, want: []string{
			"app.go:16:2: error: field Req has type *http.Request, in which http.Request.GetBody has type func() (io.ReadCloser, error), which JSON cannot carry [unsupported-type] +",
		}},
		{name: "unexported fields", src: `//eventgen:event
type E struct {
	A Hidden
	B struct{ b int }
	C *time.Location
	D struct{}
	E struct{ _ int }
	//eventgen:allow unexported-fields a page only counts them
	F time.Location
	G Deliberate
}
type Hidden struct{ a int }
type Deliberate struct { A int ` + "`json:\"-\"`" + `; b int }`, want: []string{
			"app.go:16:2: warning: field B has unexported fields alone, so that it travels as {} [unexported-fields]",
			"app.go:17:2: warning: field C has type *time.Location, in which time.Location has unexported fields alone, so that it travels as {} [unexported-fields]",
			"app.go:24:6: warning: type Hidden has unexported fields alone, so that it travels as {} [unexported-fields]",
		}},
		{name: "a Validate of another kind", src: `//eventgen:event from=client
type E struct { A A; B B; C []C; D D }
type A struct{}
func (A) Validate() bool { return true }
type B struct{}
func (*B) Validate(strict bool) error { return nil }
type C struct{}
func (*C) Validate() error { return nil }
//eventgen:allow ignored-validate another package calls it
type D struct{}
func (D) Validate() string { return "" }
type Unread struct{}
func (Unread) Validate() {}`, want: []string{
			"app.go:15:6: warning: type A has Validate() bool, which is not called for what clients emit [ignored-validate]",
			"app.go:17:6: warning: type B has Validate(strict bool) error, which is not called for what clients emit [ignored-validate]",
		}},
		{name: "broken", src: `//eventgen:event
type E struct {
	A undefined
	B []alsoUndefined
}`, want: []string{
			"app.go:15:2: error: field A has a type that does not compile [broken-type]",
			"app.go:16:2: error: field B has a type that does not compile [broken-type]",
		}},
		{name: "expanding generics", src: `type T[P any] struct {
	Next *T[[]P]
}
type U[P any] struct {
	V *V[map[string]P]
}
type V[P any] struct {
	U *U[P]
}
//eventgen:event
type E struct {
	T T[int]
	U *U[string]
}`, want: []string{
			"app.go:13:6: error: generic type T contains ever larger instances of itself [generic-recursion]",
			"app.go:16:6: error: generic type U contains ever larger instances of itself [generic-recursion]",
		}},
		{name: "int64", src: `type ID int64
type Size uint64
//eventgen:event
type E struct {
	A int64
	B []uint64
	C int
	D uint32
	E int64 ` + "`json:\",string\"`" + `
	F time.Duration
	G *time.Duration
	H time.Duration ` + "`json:\",string\"`" + `
	I ID
	J ID
	K map[int64]int
	L map[ID]bool
	M Kind
	//eventgen:allow int64-precision small
	N int64
	O map[Size]bool
	P struct { X int64 }
}
type Kind int64
const (
	K1 Kind = iota
	K2
)`, want: []string{
			"app.go:13:6: warning: type ID is int64, which JavaScript rounds past 2^53 [int64-precision]",
			"app.go:17:2: warning: field A has type int64, which JavaScript rounds past 2^53 [int64-precision]",
			"app.go:18:2: warning: field B has type []uint64, which holds uint64, which JavaScript rounds past 2^53 [int64-precision]",
			"app.go:22:2: warning: field F has type time.Duration, which JavaScript rounds past 2^53 [int64-precision]",
			"app.go:23:2: warning: field G has type *time.Duration, which holds time.Duration, which JavaScript rounds past 2^53 [int64-precision]",
			"app.go:33:13: warning: field X has type int64, which JavaScript rounds past 2^53 [int64-precision]",
		}},
		{name: "int64 stated", src: `//eventgen:event
type E struct { A int64; B time.Duration }`, cfg: func(c *Config) { c.Int64Stated = true }},
		{name: "int64 as string", src: `//eventgen:event
type E struct { A int64; B time.Duration }`, cfg: func(c *Config) { c.Settings.Int64 = ir.Int64String }},
		{name: "int64 accepted on the type", src: `//eventgen:event
//eventgen:allow int64-precision small
type E struct { A int64; B time.Duration }`},
		{name: "custom marshalers", src: `type M struct{}
func (M) MarshalJSON() ([]byte, error) { return nil, nil }
//eventgen:event
type E struct {
	A M
	B []M
	C json.Marshaler
	D *json.Marshaler
	E struct { json.Marshaler }
	//eventgen:allow custom-marshaler anything goes
	F interface { MarshalJSON() ([]byte, error) }
}`, want: []string{
			"app.go:13:6: warning: type M has its own MarshalJSON: TypeScript sees unknown [custom-marshaler]",
			"app.go:19:2: warning: field C has type json.Marshaler, which has its own MarshalJSON: TypeScript sees unknown [custom-marshaler]",
			"app.go:21:2: warning: field E has type struct{json.Marshaler}, which has its own MarshalJSON: TypeScript sees unknown [custom-marshaler]",
		}},
		{name: "stated in the configuration", src: `//eventgen:event
type E struct {
	C json.Marshaler
	H http.Header
}`, cfg: func(c *Config) {
			c.Types = map[string]string{"encoding/json.Marshaler": "string", "net/http.Header": "string"}
		}, want: []string{
			"app.go:16:2: error: field H has type http.Header, which has no marshaler: its TypeScript follows from its structure [invalid-ts]",
		}},
		{name: "sealed interface", src: `type S interface { isS() }
//eventgen:event
type E struct { A S; B []S; C any; D error }`, want: []string{
			"app.go:13:6: warning: sealed interface S travels without the name of its variant, which nothing but its form tells then [sealed-interface]",
		}},
		{name: "one way", src: `//eventgen:event
type Sent struct { M M; T T }
//eventgen:event from=client
type Got struct { M M; T T; I error }
//eventgen:ts string
type M struct{}
func (M) MarshalJSON() ([]byte, error) { return nil, nil }
type T struct{}
func (T) MarshalText() ([]byte, error) { return nil, nil }`, want: []string{
			"app.go:16:29: warning: field I has type error, which is an interface: nothing says of which type a value is that a client sends [one-way-method]",
			"app.go:18:6: warning: type M has MarshalJSON and no UnmarshalJSON: what a client sends is read by its structure [one-way-method]",
			"app.go:20:6: warning: type T has MarshalText and no UnmarshalText: nothing that a client sends for it can be read [one-way-method]",
		}},
		{name: "conflicting fields", src: `type L struct { ID int }
type R struct { ID int }
//eventgen:event
type E struct {
	L
	R
}`, want: []string{
			"app.go:14:17: warning: field ID and L.ID both claim the property \"ID\", and neither is nearer to the top: encoding/json writes neither [conflicting-fields]",
		}},
		{name: "unions", src: `//eventgen:union tag=type content=data
type NoInterface struct{}
//eventgen:union tag=type content=data
type Open interface { M() }
//eventgen:union tag=type content=data
type Gen[T any] interface { isGen(T) }
//eventgen:union tag=type content=data
type Empty interface { isEmpty() }
//eventgen:union tag=x content=x
type Same interface { isSame() }
type A struct{}
func (A) isSame() {}
type B[T any] struct{}
func (B[T]) isSame() {}
//eventgen:variant name=A
type C struct{}
func (C) isSame() {}
//eventgen:variant name=D
type D struct{}`, want: []string{
			"app.go:13:1: error: a union is an interface, and NoInterface is none [invalid-union]",
			"app.go:15:1: error: union Open is not sealed: any package may add a variant [invalid-union]",
			"app.go:17:1: error: union Gen is generic [invalid-union]",
			"app.go:19:1: error: union Empty has no variant: no type of package app implements it [invalid-union]",
			"app.go:21:1: error: tag and content of union Same are both \"x\" [invalid-union]",
			"app.go:25:6: error: generic type B implements union Same: it has no end of variants [invalid-union]",
			"app.go:27:1: error: two variants of union Same are called \"A\" [invalid-union]",
			"app.go:30:1: error: type D implements no union of its package [invalid-union]",
		}},
		{name: "internally tagged", src: `//eventgen:union tag=type
//eventgen:event
type U interface { isU() }
type A struct { Kind int ` + "`json:\"type\"`" + ` }
type B []int
type C struct { base }
type base struct { Type int ` + "`json:\"type,omitempty\"`" + ` }
type D struct { OK bool }
type F struct { time.Time }
func (A) isU() {}
func (B) isU() {}
func (C) isU() {}
func (*D) isU() {}
func (F) isU() {}`, want: []string{
			"app.go:16:17: error: property \"type\" of variant A is the tag of union U [invalid-union]",
			"app.go:17:6: error: variant B of union U is not written as an object, so the tag has no place in it [invalid-union]",
			"app.go:19:20: error: property \"type\" of variant C is the tag of union U [invalid-union]",
			"app.go:21:6: error: variant F of union U is not written as an object, so the tag has no place in it [invalid-union]",
		}},
		{name: "enums", src: `//eventgen:enum closed
type A struct{}
//eventgen:enum closed
type B string
//eventgen:enum flags
type C string
const C1 C = "c"
//eventgen:enum closed
type D int
func (D) MarshalText() ([]byte, error) { return nil, nil }
const D1 D = 1
//eventgen:enum closed
type F float64
const F1 F = 1
//eventgen:ts string
type G struct{}`, want: []string{
			"app.go:13:1: error: an enum has a string or integer type, and A has neither [invalid-enum]",
			"app.go:15:1: error: enum B has no constants in its package [invalid-enum]",
			"app.go:17:1: error: flags are integers, and C is a string [invalid-enum]",
			"app.go:20:1: error: type D has its own marshaler, which writes what it likes [invalid-enum]",
			"app.go:24:1: error: an enum has a string or integer type, and F has neither [invalid-enum]",
			"app.go:27:1: error: type G has no MarshalJSON or MarshalText: its TypeScript follows from its structure [invalid-ts]",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lowerAll(t, c.cfg, "example.test/app", head+c.src)
			got := lines(l.Diagnostics())
			equal := slices.EqualFunc(got, c.want, func(got, want string) bool {
				start, more := strings.CutSuffix(want, " [unsupported-type] +")
				return got == want || more && strings.HasPrefix(got, start) && strings.Contains(got, " more) [unsupported-type]")
			})
			if !equal {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// TestForeignRoot has an event over a type of another module: what is wrong is told at the event.
func TestForeignRoot(t *testing.T) {
	s := check(t,
		"other.test/lib", `package lib
type Event struct { ID int64; Inner Inner; M M }
type Inner struct { A, B *int64; Done chan int }
type M struct{}
func (M) MarshalJSON() ([]byte, error) { return nil, nil }
`,
		"example.test/app", `package app
import "other.test/lib"
type E = lib.Event
`)
	l := New(s.config())
	obj := s.pkg.Scope().Lookup("E")
	l.Payload(obj.Type(), s.use(obj))
	want := []string{
		"app.go:3:6: warning: the payload has type lib.Event, in which lib.Event.M has type lib.M, which has its own MarshalJSON: TypeScript sees unknown [custom-marshaler]",
		"app.go:3:6: warning: the payload has type lib.Event, in which lib.Event.ID has type int64, which JavaScript rounds past 2^53 (and 2 more) [int64-precision]",
		"app.go:3:6: error: the payload has type lib.Event, in which lib.Inner.Done has type chan int, which JSON cannot carry [unsupported-type]",
	}
	got := lines(l.Diagnostics())
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// find returns the lowered property of a declaration.
func find(t *testing.T, l *Lowerer, id, name string) *ir.Field {
	t.Helper()
	d := l.Decl(id)
	if d == nil {
		t.Fatalf("no declaration %s among %v", id, ids(l))
	}
	for _, f := range d.Type.Fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("%s has no property %s", id, name)
	return nil
}

func ids(l *Lowerer) []string {
	var out []string
	for _, d := range l.Decls() {
		out = append(out, d.ID)
	}
	return out
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGenericStandings(t *testing.T) {
	l := lowerAll(t, nil, "example.test/app", `package app
import "math/big"
type Page[T any] struct { Items []T; Next *T }
type Phantom[T any] string
type Hidden struct { c chan int }
type Keyed[K comparable] struct { M map[K]int }
type Num[T ~int | ~float64] struct { V T }
type KeyedNum[K ~int] struct { M map[K]int }
type Text int
func (Text) MarshalText() ([]byte, error) { return nil, nil }
//eventgen:event
type E struct {
	A Page[string]
	B Page[byte]
	C Page[Page[byte]]
	D Phantom[Hidden]
	E Page[big.Int]
	F map[string]Page[big.Int]
	G Keyed[string]
	H Num[int]
	I Num[Text]
	J map[string]struct{ V big.Int }
	K KeyedNum[Text]
}`)
	for _, d := range l.Diagnostics() {
		if d.Code != diag.UnexportedFields { // of big.Int, where it has no address
			t.Error(d)
		}
	}
	for name, want := range map[string]string{
		"A": `{"kind":"ref","ref":"example.test/app.Page","args":[{"kind":"string"}]}`,
		"B": `{"kind":"ref","ref":"example.test/app.Page[uint8]"}`,
		"C": `{"kind":"ref","ref":"example.test/app.Page","args":[{"kind":"ref","ref":"example.test/app.Page[uint8]"}]}`,
		"D": `{"kind":"ref","ref":"example.test/app.Phantom","args":[{"kind":"any","go":{"path":"example.test/app","pkg":"app","name":"Hidden"}}]}`,
		"G": `{"kind":"ref","ref":"example.test/app.Keyed","args":[{"kind":"string"}]}`,
		"H": `{"kind":"ref","ref":"example.test/app.Num","args":[{"kind":"int"}]}`,
		"I": `{"kind":"ref","ref":"example.test/app.Num[example.test/app.Text]"}`,
		"K": `{"kind":"ref","ref":"example.test/app.KeyedNum[example.test/app.Text]"}`,
	} {
		if got := text(t, find(t, l, "example.test/app.E", name).Type); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got, want := text(t, l.Decl("example.test/app.Phantom").Params), `[{"name":"T","unused":true}]`; got != want {
		t.Errorf("Phantom has the parameters %s, want %s", got, want)
	}
	if got, want := text(t, l.Decl("example.test/app.Keyed").Params), `[{"name":"K","constraint":[{"kind":"string"},{"kind":"int"}]}]`; got != want {
		t.Errorf("Keyed has the parameters %s, want %s", got, want)
	}
	if got, want := text(t, l.Decl("example.test/app.Num").Params), `[{"name":"T","constraint":[{"kind":"int"},{"kind":"float","bits":64}]}]`; got != want {
		t.Errorf("Num has the parameters %s, want %s", got, want)
	}
	big := lowerAll(t, func(c *Config) { c.Settings.Int64 = ir.Int64BigInt }, "example.test/app", `package app
type Keyed[K comparable] struct { M map[K]K }
//eventgen:event
type E struct { A Keyed[uint8]; B Keyed[int] }`)
	if got, want := text(t, big.Decl("example.test/app.Keyed").Params), `[{"name":"K","constraint":[{"kind":"string"},{"kind":"int","plain":true}]}]`; got != want {
		t.Errorf("where settings quote integers, Keyed has the parameters %s, want %s: those that it takes are numbers", got, want)
	}
	if l.Decl("example.test/app.Hidden") != nil {
		t.Error("an argument that the form does not depend on has a declaration")
	}
	if d := l.Decl("math/big.Int~value"); d == nil || !d.Value || d.Type.Kind != ir.KindStruct || len(d.Type.Fields) > 0 {
		t.Errorf("big.Int as the value of a map is %s, want an empty object", text(t, d))
	}
}

func TestEnumModes(t *testing.T) {
	l := lowerAll(t, nil, "foreign.test/lib", `package lib
type Text string
const ( A Text = "a"; B Text = "b" )
type Number int
const ( One Number = 1; Two Number = 2 )
`, "example.test/app", `package app
import ("foreign.test/lib"; "time")
type Counted int
const ( C0 Counted = iota; C1; c2 )
type Text string
const ( T1 Text = "x"; T2 Text = "y"; T3 Text = "x" )
type Shifted uint8
const ( S1 Shifted = 1 << iota; S2 )
type Powers int
const ( P0 Powers = 0; P1 Powers = 1; P2 Powers = 2; P4 Powers = 4 )
type OneTwo int
const ( O1 OneTwo = 1; O2 OneTwo = 2 )
type Combined int
const ( R Combined = 1; W Combined = 2; RW = R | W )
type Unit int
const ( Milli Unit = 1; Second Unit = 1000 * Milli )
type Spaced int
const ( X0 Spaced = iota * 10; X1; X2 )
type Tick time.Duration
const ( Short Tick = Tick(5 * time.Second); Long Tick = Tick(time.Minute) )
type Single string
const Only Single = "only"
type Flag bool
const ( Yes Flag = true; No Flag = false )
//eventgen:event
//eventgen:allow int64-precision not at issue
type E struct {
	Counted; Text; Shifted; Powers; OneTwo; Combined; Unit; Spaced; Tick; Single; Flag
	L lib.Text; N lib.Number; M time.Month
}`)
	want := map[string]ir.EnumMode{
		"example.test/app.Counted": ir.EnumClosed, "example.test/app.Text": ir.EnumClosed,
		"example.test/app.Shifted": ir.EnumFlags, "example.test/app.Powers": ir.EnumFlags,
		"example.test/app.OneTwo": ir.EnumClosed, "example.test/app.Combined": ir.EnumFlags,
		"example.test/app.Unit": "", "example.test/app.Spaced": ir.EnumClosed, "example.test/app.Tick": "",
		"example.test/app.Single": "", "example.test/app.Flag": "",
		"foreign.test/lib.Text": ir.EnumOpen, "foreign.test/lib.Number": "", "time.Month": "",
	}
	for id, mode := range want {
		d := l.Decl(id)
		if d == nil {
			t.Errorf("no declaration %s", id)
			continue
		}
		got := ir.EnumMode("")
		if d.Enum != nil {
			got = d.Enum.Mode
		}
		if got != mode {
			t.Errorf("%s is %q, want %q", id, got, mode)
		}
	}
	if got, want := text(t, l.Decl("example.test/app.Text").Enum.Members), `[{"name":"T1","value":"\"x\""},{"name":"T2","value":"\"y\""}]`; got != want {
		t.Errorf("the members are %s, want %s", got, want)
	}
	if got := len(l.Decl("example.test/app.Counted").Enum.Members); got != 3 {
		t.Errorf("%d members, want the unexported one among 3", got)
	}
}

func TestOpaque(t *testing.T) {
	lib := `package lib
type Public struct { Hidden hidden; inner; List []Deep }
type hidden struct { X int }
type inner struct { Promoted int }
type Deep struct { *inner; Two }
type Two struct { tagged }
type tagged struct { A int; B int }
//eventgen:union tag=t content=c
type Shape interface { isShape() }
type Circle struct{}
type square struct{}
func (Circle) isShape() {}
func (square) isShape() {}
type Holder struct { H holds }
type holds struct { S Fine }
//eventgen:union tag=t content=c
type Fine interface { isFine() }
func (Circle) isFine() {}
type Chooser struct { C chooses }
type chooses struct { L Level }
type Level int
const ( Low Level = 1; High Level = 3 )
`
	l := lowerAll(t, nil, "example.test/lib", lib, "example.test/app", `package app
import "example.test/lib"
//eventgen:event
type E struct {
	P lib.Public
	S lib.Shape
	H lib.Holder
	C lib.Chooser
}`)
	want := []string{
		"lib.go:11:6: error: variant square of union lib.Shape is not exported: the encoder in package app cannot name it [unnameable-type]",
		"lib.go:14:22: error: field H has type lib.holds: the generated encoder cannot reach all of lib.holds, and encoding/json writes union lib.Fine without its tag [unnameable-type]",
		"lib.go:19:23: error: field C has type lib.chooses: the generated encoder cannot reach all of lib.chooses, and encoding/json writes values of lib.Level that are none of its constants [unnameable-type]",
	}
	if got := lines(l.Diagnostics()); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	if f := find(t, l, "example.test/lib.Public", "Hidden"); !f.Type.Opaque {
		t.Error("a field of a type that cannot be named is not opaque")
	}
	if f := find(t, l, "example.test/lib.Public", "Promoted"); len(f.Path) != 1 || f.Path[0].Name != "Promoted" {
		t.Errorf("the selectors are %s, want the promoted field alone", text(t, f.Path))
	}
	if d := l.Decl("example.test/lib.Deep"); !d.Type.Opaque {
		t.Error("a struct with an unexported embedded pointer is not opaque")
	}
	if d := l.Decl("example.test/lib.Public"); d.Type.Opaque {
		t.Error("a struct with a reachable promoted field is opaque")
	}
}

// A problem inside a type of another module stands where that comes in, and says what of it is meant.
func TestForeignProblems(t *testing.T) {
	lib := `package lib
type Base struct { Done chan int; Deep }
type Deep struct { F func(); G func() }
type Named struct { B Base }
type List []Base
`
	l := lowerAll(t, nil, "elsewhere.test/lib", lib, "example.test/app", `package app
import "elsewhere.test/lib"
//eventgen:event
type E struct {
	lib.Base
}
//eventgen:event
type N struct {
	X struct { Y struct { lib.Deep } }
}
//eventgen:event
type O struct { A lib.Named }
//eventgen:event
type P lib.Base
//eventgen:event
type Q struct { L lib.List }
`)
	for _, d := range l.Diagnostics() {
		if d.Hint != unsupportedHint {
			t.Errorf("the hint is %q", d.Hint)
		}
	}
	want := []string{
		"app.go:5:6: error: field Base has type lib.Base, in which lib.Base.Deep.F has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:5:6: error: field Base has type lib.Base, in which lib.Base.Deep.G has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:5:6: error: field Base has type lib.Base, in which lib.Base.Done has type chan int, which JSON cannot carry [unsupported-type]",
		"app.go:9:28: error: field Deep has type lib.Deep, in which lib.Deep.F has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:9:28: error: field Deep has type lib.Deep, in which lib.Deep.G has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:12:17: error: field A has type lib.Named, in which lib.Base.Done has type chan int, which JSON cannot carry (and 2 more) [unsupported-type]",
		"app.go:14:6: error: type P is struct{Done chan int; lib.Deep}, in which P.Deep.F has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:14:6: error: type P is struct{Done chan int; lib.Deep}, in which P.Deep.G has type func(), which JSON cannot carry [unsupported-type]",
		"app.go:14:6: error: type P is struct{Done chan int; lib.Deep}, in which P.Done has type chan int, which JSON cannot carry [unsupported-type]",
		"app.go:16:17: error: field L has type lib.List, in which lib.Base.Done has type chan int, which JSON cannot carry (and 2 more) [unsupported-type]",
	}
	if got := lines(l.Diagnostics()); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// What omitempty and omitzero look at is told for a type whose wire form does not show it.
func TestUnder(t *testing.T) {
	l := lowerAll(t, nil, "example.test/app", strings.ReplaceAll(`package app
import "unsafe"
//eventgen:event
type E struct {
	Bool Bool TAG
	Text Text TAG
	Number Number TAG
	Pointer Pointer TAG
	List List TAG
	Map Map TAG
	Func Func TAG
	Same Same TAG
	Parts Parts TAG
	Plain int TAG
}
type Bool bool
type Text string
type Number float32
type Pointer unsafe.Pointer
type List []int
type Map map[string]int
type Func func()
type Same struct { A int; B [2]string }
type Parts struct { P unsafe.Pointer; L []int; _ int; C Same; f func() }
func (Bool) MarshalJSON() ([]byte, error)
func (Text) MarshalJSON() ([]byte, error)
func (Number) MarshalJSON() ([]byte, error)
func (Pointer) MarshalJSON() ([]byte, error)
func (List) MarshalJSON() ([]byte, error)
func (Map) MarshalJSON() ([]byte, error)
func (Func) MarshalJSON() ([]byte, error)
func (Same) MarshalJSON() ([]byte, error)
func (Parts) MarshalJSON() ([]byte, error)
`, "TAG", "`json:\",omitzero\"`"))
	for name, want := range map[string]string{
		"Bool": `{"kind":"bool"}`, "Text": `{"kind":"string"}`, "Number": `{"kind":"number"}`, "List": `{"kind":"list"}`, "Map": `{"kind":"list"}`,
		"Func": `{"kind":"nil"}`, "Same": `{"kind":"comparable"}`, "Plain": "null", "Pointer": `{"kind":"nil"}`,
		"Parts": `{"kind":"struct","parts":[{"name":"P","kind":"nil"},{"name":"L","kind":"list"},{"name":"C","kind":"comparable"},{"name":"f","kind":"nil"}]}`,
	} {
		if got := text(t, find(t, l, "example.test/app.E", name).Under); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// A struct or interface written in place has no name that an argument of a generic type could be
// written by.
func TestOpaqueArguments(t *testing.T) {
	l := lowerAll(t, nil, "example.test/app", `package app
type Box[T any] struct { Value T }
//eventgen:event
type E struct {
	Named  Box[string]
	Empty  Box[struct{}]
	Any    Box[any]
	Struct Box[struct{ A int }]
	Deep   Box[map[string][]*struct{ A int }]
	Method Box[interface{ String() string }]
}`)
	for name, want := range map[string]bool{"Named": false, "Empty": false, "Any": false, "Struct": true, "Deep": true, "Method": true} {
		if got := find(t, l, "example.test/app.E", name).Type.Opaque; got != want {
			t.Errorf("%s: opaque %t, want %t", name, got, want)
		}
	}
}

func TestImportable(t *testing.T) {
	pkg := types.NewPackage("example.com/app/cmd/tool", "main")
	l := New(Config{Package: pkg})
	for path, want := range map[string]bool{
		"fmt":                                   true,
		"example.com/app/internal":              true,
		"example.com/app/internal/x":            true,
		"example.com/app/cmd/tool/internal/y/z": true,
		"example.com/other/internal/x":          false,
		"internal/abi":                          false,
		"net/http/internal":                     false,
		"example.com/internals/x":               true,
		"example.com/app2/internal":             false,
		"vendor/golang.org/x/net":               false,
	} {
		if got := l.importablePath(path, "x"); got != want {
			t.Errorf("importable(%q) is %t", path, got)
		}
	}
}

func TestTag(t *testing.T) {
	for tag, want := range map[string]jsonTag{
		``:                             {},
		`json:"-"`:                     {skip: true},
		`json:"-,"`:                    {name: "-"},
		`json:"a"`:                     {name: "a"},
		`json:",omitempty,string"`:     {omitEmpty: true, quoted: true},
		`json:"a,omitzero,omitempty,"`: {name: "a", omitZero: true, omitEmpty: true},
		`json:"a'b"`:                   {},
		`json:"a\"b,string"`:           {quoted: true},
		`json:"héé 世"`:                 {name: "héé 世"},
		`json:"a, omitempty"`:          {name: "a", misspelt: " omitempty"},
		`json:"a,omitemty,omitzero"`:   {name: "a", misspelt: "omitemty", omitZero: true},
		`json:"a,inline"`:              {name: "a"},
		`json:"a,format:date"`:         {name: "a"},
		`xml:"x" json:"y"`:             {name: "y"},
		`json: "y"`:                    {},
	} {
		if got := parseTag(tag); got != want {
			t.Errorf("%s is %+v, want %+v", tag, got, want)
		}
	}
}

// What generic forms are compared by: whether two types are written alike.
func TestSameType(t *testing.T) {
	str, number := &ir.Type{Kind: ir.KindString}, &ir.Type{Kind: ir.KindInt, Bits: 8}
	slice := func(elem *ir.Type) *ir.Type { return &ir.Type{Kind: ir.KindSlice, Elem: elem} }
	object := func(fields ...*ir.Field) *ir.Type { return &ir.Type{Kind: ir.KindStruct, Fields: fields} }
	field := func(name string, typ *ir.Type) *ir.Field { return &ir.Field{Name: name, Type: typ} }
	ref := func() *ir.Type { return &ir.Type{Kind: ir.KindRef} }
	a, b, c := ref(), ref(), ref()
	l := &Lowerer{refs: map[*ir.Type]*node{a: {}, c: {}}}
	l.refs[b] = l.refs[a]
	quoted := field("a", str)
	quoted.Quoted = true
	for _, test := range []struct {
		name string
		a, b *ir.Type
		same bool
	}{
		{"nothing", nil, nil, true},
		{"nothing and something", nil, str, false},
		{"something and nothing", str, nil, false},
		{"a kind", str, &ir.Type{Kind: ir.KindString}, true},
		{"kinds", str, number, false},
		{"bits", number, &ir.Type{Kind: ir.KindInt, Bits: 16}, false},
		{"elements", slice(str), slice(str), true},
		{"other elements", slice(str), slice(number), false},
		{"an element and none", slice(str), slice(nil), false},
		{"keys", &ir.Type{Kind: ir.KindMap, Key: str, Elem: str}, &ir.Type{Kind: ir.KindMap, Key: number, Elem: str}, false},
		{"parameters", &ir.Type{Kind: ir.KindParam, Param: "A"}, &ir.Type{Kind: ir.KindParam, Param: "B"}, false},
		{"fields", object(field("a", str)), object(field("a", str)), true},
		{"names of fields", object(field("a", str)), object(field("b", str)), false},
		{"types of fields", object(field("a", str)), object(field("a", number)), false},
		{"options of fields", object(field("a", str)), object(quoted), false},
		{"fewer fields", object(field("a", str)), object(), false},
		{"one declaration", a, b, true},
		{"two declarations", a, c, false},
		{"a declaration and none", a, str, false},
	} {
		if got := l.sameType(test.a, test.b); got != test.same {
			t.Errorf("%s: written alike: %v", test.name, got)
		}
	}
}

// A marshaler of another package stands in place, unless what is stated for it may speak of its
// arguments: those have names in a declaration alone.
func TestForeignMarshalers(t *testing.T) {
	l := lowerAll(t, func(c *Config) {
		c.Types = map[string]string{"other.test/lib.Stated": "'a'", "other.test/lib.Option": "T | null"}
	}, "other.test/lib", `package lib
type Stated struct{}
func (Stated) MarshalJSON() ([]byte, error) { return nil, nil }
type Option[T any] struct{}
func (Option[T]) MarshalJSON() ([]byte, error) { return nil, nil }
type Silent[T any] struct{}
func (Silent[T]) MarshalJSON() ([]byte, error) { return nil, nil }
`, "example.test/app", `package app
import "other.test/lib"
//eventgen:event
type E struct {
	Stated lib.Stated
	Option lib.Option[int]
	Silent lib.Silent[int]
}`)
	for name, declared := range map[string]bool{"Stated": false, "Option": true, "Silent": false} {
		if got := find(t, l, "example.test/app.E", name).Type; (got.Kind == ir.KindRef) != declared {
			t.Errorf("%s is %s; with a declaration of its own: %v", name, text(t, got), declared)
		}
	}
}

// What a sealed interface holds is listed, unless a union is in it: bare, that has no tag.
func TestBareInterfaces(t *testing.T) {
	l := lowerAll(t, nil, "example.test/app", `package app
type Plain interface{ isPlain() }
type Holder interface{ isHolder() }
type P struct { A int }
func (P) isPlain() {}
type H struct { U U }
func (H) isHolder() {}
//eventgen:union tag=type content=data
type U interface{ isU() }
func (P) isU() {}
//eventgen:event
type E struct {
	Plain  Plain
	Holder Holder
	U      U
}`)
	for id, forms := range map[string]int{"example.test/app.Plain": 1, "example.test/app.Holder": 0} {
		d := l.Decl(id)
		if d == nil || d.Type.Kind != ir.KindAny || len(d.Type.OneOf) != forms {
			t.Errorf("%s is %s, want %d forms", id, text(t, d), forms)
		}
	}
}
