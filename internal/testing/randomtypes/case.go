package randomtypes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Case is a payload type with all that it is made of.
type Case struct {
	Decls []*Decl
	Root  *Expr
}

// A Decl is a declared type.
type Decl struct {
	Name   string
	Params []Param
	Type   *Expr // nil for an interface
	// Members are the constants of an enum, in Go.
	Members []string
	// Sealed: the type is an interface with an unexported method, which Variants have.
	Sealed   bool
	Variants []Variant
	// Tag and Content make a union of a sealed interface.
	Tag, Content string
	Methods      []Method
}

// A Param is a type parameter.
type Param struct {
	Name, Constraint string
	Key              bool // the declaration uses it as the key of a map
}

// A Variant is a type that implements a sealed interface.
type Variant struct {
	Type    string
	Pointer bool // only the pointer does
}

// A Method is one that encoding/json looks for.
type Method struct {
	Name    string
	Pointer bool
}

// An Expr is a type expression: what Op says of Args.
type Expr struct {
	Op     Op
	Name   string // of a Name or Param
	Len    int    // of an Array
	Args   []*Expr
	Fields []*Field // of a Struct
}

// Op is a constructor of types.
type Op int

// The constructors of types.
const (
	Name Op = iota // predeclared, of the standard library, or of the case; Args are its arguments
	Par            // a type parameter
	Slice
	Array
	Map // Args are the key and the element
	Pointer
	Struct
)

// A Field is a field of a struct. One without a name is embedded.
type Field struct {
	Name string
	Tag  string // of json
	Type *Expr
}

func (e *Expr) String() string {
	switch e.Op {
	case Slice:
		return "[]" + e.Args[0].String()
	case Array:
		return "[" + strconv.Itoa(e.Len) + "]" + e.Args[0].String()
	case Map:
		return "map[" + e.Args[0].String() + "]" + e.Args[1].String()
	case Pointer:
		return "*" + e.Args[0].String()
	case Struct:
		return e.structString()
	}
	if len(e.Args) == 0 {
		return e.Name
	}
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.String()
	}
	return e.Name + "[" + strings.Join(args, ", ") + "]"
}

func (e *Expr) structString() string {
	if len(e.Fields) == 0 {
		return "struct{}"
	}
	var b strings.Builder
	b.WriteString("struct {\n")
	for _, f := range e.Fields {
		b.WriteString("\t")
		if f.Name != "" {
			b.WriteString(f.Name + " ")
		}
		b.WriteString(strings.ReplaceAll(f.Type.String(), "\n", "\n\t"))
		if f.Tag != "" {
			b.WriteString(" `json:" + strconv.Quote(f.Tag) + "`")
		}
		b.WriteString("\n")
	}
	return b.String() + "}"
}

// has reports whether the type has one method and not the other.
func (d *Decl) has(method, not string) bool {
	return slices.ContainsFunc(d.Methods, func(m Method) bool { return m.Name == method }) &&
		!slices.ContainsFunc(d.Methods, func(m Method) bool { return m.Name == not })
}

// readsMore reports whether a method reads what no other rule tells.
func (c *Case) readsMore() bool {
	return slices.ContainsFunc(c.Decls, func(d *Decl) bool {
		return d.has("UnmarshalJSON", "MarshalJSON") || d.has("UnmarshalText", "MarshalText")
	})
}

// oneWay reports whether what a method writes is read by another rule: the generator warns of it.
func (c *Case) oneWay() bool {
	for _, at := range c.places() {
		for _, f := range (*at).Fields {
			if f.Name == "" && c.reads(f.Type) {
				return true // a promoted method reads the embedded type alone, or nil
			}
		}
	}
	return slices.ContainsFunc(c.Decls, func(d *Decl) bool {
		return d.has("MarshalJSON", "UnmarshalJSON") || d.has("MarshalText", "UnmarshalText") || d.Sealed && d.Tag == "" ||
			d.has("UnmarshalText", "MarshalText") && d.Type.Name != "string" ||
			d.has("UnmarshalText", "") && d.Type.Op == Name && c.hasKey(d.Name) // written without a method
	})
}

// reads reports whether a method reads an embedded type, which is promoted then and does not know
// the rest, or gets a nil pointer. What the type embeds itself counts too.
func (c *Case) reads(e *Expr) bool {
	pointer := e.Op == Pointer
	if pointer {
		e = e.Args[0]
	}
	i := slices.IndexFunc(c.Decls, func(d *Decl) bool { return d.Name == e.Name })
	if i < 0 || c.Decls[i].Type == nil {
		return false
	}
	d := c.Decls[i]
	return d.has("UnmarshalJSON", "") || d.has("UnmarshalText", "") ||
		slices.ContainsFunc(d.Type.Fields, func(f *Field) bool { return f.Name == "" && (pointer || c.reads(f.Type)) })
}

// hasKey reports whether a map has keys of a type.
func (c *Case) hasKey(name string) bool {
	return slices.ContainsFunc(c.places(), func(at **Expr) bool {
		e := *at
		return e.Op == Map && (e.Args[0].Name == name || e.Args[0].Op == Par)
	})
}

func (c *Case) hasUnion() bool {
	return slices.ContainsFunc(c.Decls, func(d *Decl) bool { return d.Sealed })
}

// Source returns the Go file of a case, as package pkg with the event called event.
func (c *Case) Source(pkg, event string) string {
	var body strings.Builder
	for _, d := range c.Decls {
		d.write(&body)
	}
	fmt.Fprintf(&body, "\n//eventgen:event from=both\nconst Case%s eventbus.Name[%s] = %q\n", strings.ToUpper(pkg), c.Root, event)
	var b strings.Builder
	b.WriteString("package " + pkg + "\n\nimport (\n")
	text := body.String()
	for _, path := range imports {
		if name := path[strings.LastIndexByte(path, '/')+1:]; strings.Contains(text, name+".") {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	b.WriteString(")\n" + text)
	return b.String()
}

var imports = []string{
	"encoding/json", "errors", "math/big", "net/netip", "reflect", "strconv", "strings", "time",
	"github.com/eventgen/eventgen/runtime/eventbus",
}

func (d *Decl) write(b *strings.Builder) {
	b.WriteString("\n")
	if d.Tag != "" {
		b.WriteString("//eventgen:union tag=" + d.Tag)
		if d.Content != "" {
			b.WriteString(" content=" + d.Content)
		}
		b.WriteString("\n")
	}
	if d.Sealed {
		fmt.Fprintf(b, "type %s interface{ is%[1]s() }\n", d.Name)
		for _, v := range d.Variants {
			star := ""
			if v.Pointer {
				star = "*"
			}
			fmt.Fprintf(b, "\nfunc (%s%s) is%s() {}\n", star, v.Type, d.Name)
		}
		return
	}
	params := make([]string, len(d.Params))
	for i, p := range d.Params {
		params[i] = p.Name + " " + p.Constraint
	}
	list := ""
	if len(params) > 0 {
		list = "[" + strings.Join(params, ", ") + "]"
	}
	fmt.Fprintf(b, "type %s%s %s\n", d.Name, list, d.Type)
	if len(d.Members) > 0 {
		b.WriteString("\nconst (\n")
		for i, m := range d.Members {
			fmt.Fprintf(b, "\t%s%d %[1]s = %[3]s\n", d.Name, i, m)
		}
		b.WriteString(")\n")
	}
	for _, m := range d.Methods {
		d.writeMethod(b, m)
	}
}

// self is the type as its receivers name it.
func (d *Decl) self() string {
	if len(d.Params) == 0 {
		return d.Name
	}
	names := make([]string, len(d.Params))
	for i, p := range d.Params {
		names[i] = p.Name
	}
	return d.Name + "[" + strings.Join(names, ", ") + "]"
}

// writeMethod writes a method, of a kind that can be undone: what one writes its opposite reads.
func (d *Decl) writeMethod(b *strings.Builder, m Method) {
	self, receiver, value := d.self(), d.self(), "v"
	if m.Pointer {
		receiver, value = "*"+self, "*v"
	}
	kind := d.Type.Name
	switch m.Name {
	case "MarshalJSON":
		fmt.Fprintf(b, "\nfunc (v %s) MarshalJSON() ([]byte, error) {\n\ttype plain %s\n\treturn json.Marshal(plain(%s))\n}\n", receiver, self, value)
	case "UnmarshalJSON":
		fmt.Fprintf(b, "\nfunc (v %s) UnmarshalJSON(data []byte) error {\n\ttype plain %s\n\treturn json.Unmarshal(data, (*plain)(v))\n}\n", receiver, self)
	case "IsZero":
		fmt.Fprintf(b, "\nfunc (v %s) IsZero() bool { return reflect.ValueOf(%s).IsZero() }\n", receiver, value)
	case "MarshalText":
		text := `string(` + value + `)`
		switch {
		case d.Type.Op == Struct:
			text = "v.S"
		case kind != "string":
			text = "strconv.FormatInt(int64(" + value + "), 10)"
		}
		fmt.Fprintf(b, "\nfunc (v %s) MarshalText() ([]byte, error) { return []byte(\"t\" + %s), nil }\n", receiver, text)
	case "UnmarshalText":
		prefix := "t"
		if d.has("UnmarshalText", "MarshalText") {
			prefix = "" // it reads what is written without a method
		}
		set := "*v = " + self + "(s)"
		switch {
		case d.Type.Op == Struct:
			set = "v.S = s"
		case kind != "string":
			set = "n, err := strconv.ParseInt(s, 10, 64)\n\tif err != nil || int64(" + self + "(n)) != n {\n\t\treturn errors.New(\"no number\")\n\t}\n\t*v = " + self + "(n)"
		}
		fmt.Fprintf(b, "\nfunc (v %s) UnmarshalText(data []byte) error {\n\ts, ok := strings.CutPrefix(string(data), %q)\n\tif !ok {\n\t\treturn errors.New(\"no t\")\n\t}\n\t%s\n\treturn nil\n}\n", receiver, prefix, set)
	}
}

// Probe returns the Go file that hands the case to package probe.
func (c *Case) Probe(pkg string) string {
	var b strings.Builder
	b.WriteString("package " + pkg + "\n\nimport (\n\t\"reflect\"\n\n\t\"github.com/eventgen/eventgen/internal/testing/randomtypes/probe\"\n)\n\n")
	fmt.Fprintf(&b, "func Probe() probe.Case {\n\treturn probe.Case{\n\t\tCatalog: Events,\n\t\tOneWay: %t,\n\t\tEnums: map[reflect.Type][]any{\n", c.oneWay())
	for _, d := range c.Decls {
		if len(d.Members) > 0 {
			fmt.Fprintf(&b, "\t\t\treflect.TypeFor[%s](): {", d.Name)
			for i := range d.Members {
				fmt.Fprintf(&b, "%s%d, ", d.Name, i)
			}
			b.WriteString("},\n")
		}
	}
	b.WriteString("\t\t},\n\t\tInterfaces: map[reflect.Type]probe.Interface{\n")
	for _, d := range c.Decls {
		if !d.Sealed {
			continue
		}
		fmt.Fprintf(&b, "\t\t\treflect.TypeFor[%s](): {Tag: %q, Content: %q, Variants: []probe.Variant{", d.Name, d.Tag, d.Content)
		for _, v := range d.Variants {
			fmt.Fprintf(&b, "{Type: reflect.TypeFor[%s](), Pointer: %t}, ", v.Type, v.Pointer)
		}
		b.WriteString("}},\n")
	}
	b.WriteString("\t\t},\n\t}\n}\n")
	return b.String()
}
