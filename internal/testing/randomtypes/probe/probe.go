// Package probe is the half of the random-type tool that runs inside the compiled program: it
// fills values of the payloads, writes them by the generated encoders and by a reference, and
// tells what the generated decoders say about documents that are nearly right.
package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// A Case is a generated package.
type Case struct {
	Catalog    *eventbus.Catalog
	Enums      map[reflect.Type][]any
	Interfaces map[reflect.Type]Interface
	// OneWay: what a method writes is read by another rule.
	OneWay bool
}

// An Interface is a sealed one: a union if it has a tag.
type Interface struct {
	Tag, Content string
	Variants     []Variant
}

// A Variant is a type that implements an interface.
type Variant struct {
	Type    reflect.Type
	Pointer bool
}

// Settings are those of the output that change what travels.
type Settings struct {
	NilEmpty, Quoted64 bool
}

// A Report is what is known of one case.
type Report struct {
	Case      string
	Problems  []string // what the encoder or the decoder does wrong
	Documents []Document
}

// A Document is a JSON text and what the Go decoder says of it.
type Document struct {
	JSON    string
	Written bool // by the encoder
	Loose   bool // it has properties that the type does not have
	Absent  bool // null stands where something was, or nothing does
	Accepts bool
	Same    bool // what is read is written as it was
	Own     bool // what is refused, a method of a Go type refuses
	Error   string
}

// Run probes cases by name and prints their reports.
func Run(seed uint64, settings map[string]Settings, cases map[string]Case) {
	var out []Report
	for name, c := range cases {
		out = append(out, probe(seed, name, c, settings[name]))
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	values    = 60 // filled of each case
	written   = 6  // documents of each case that the encoder wrote
	mutations = 40 // documents of each case that are nearly right
	longest   = 1200
)

func probe(seed uint64, name string, c Case, settings Settings) Report {
	p := &prober{
		Report:    Report{Case: name},
		reference: reference{settings: settings, enums: c.Enums, interfaces: c.Interfaces},
		Rand:      rand.New(rand.NewPCG(seed, 5)),
		seen:      map[string]bool{},
		oneWay:    c.OneWay,
	}
	for _, e := range c.Catalog.Events() {
		p.event(e)
	}
	return p.Report
}

type prober struct {
	Report
	reference reference
	*rand.Rand
	oneWay         bool
	typ            reflect.Type
	encode, decode reflect.Value
	seen           map[string]bool
}

func (p *prober) problem(format string, args ...any) {
	if len(p.Problems) < 3 {
		p.Problems = append(p.Problems, fmt.Sprintf(format, args...))
	}
}

// event probes one event. Its definition is private to eventbus; that it can be got at here is
// nobody else's business.
func (p *prober) event(e eventbus.AnyEvent) {
	def := reflect.ValueOf(e).Elem().FieldByName("event").FieldByName("def")
	emit, _ := reflect.TypeOf(e).MethodByName("Emit")
	p.typ = emit.Type.In(3)
	text, fail := reflect.TypeFor[[]byte](), reflect.TypeFor[error]()
	function := func(field string, results ...reflect.Type) reflect.Value {
		typ := reflect.FuncOf([]reflect.Type{text, reflect.PointerTo(p.typ)}, results, false)
		return reflect.NewAt(typ, unsafe.Pointer(def.FieldByName(field).UnsafeAddr())).Elem()
	}
	p.encode, p.decode = function("Encode", text, fail), function("Decode", fail)
	var documents []string
	for range values {
		v := reflect.New(p.typ)
		p.fill(v.Elem(), 0)
		text, ok := p.check(v)
		if ok && len(text) < longest && !p.seen[text] {
			p.seen[text] = true
			documents = append(documents, text)
		}
	}
	for _, text := range documents[:min(written, len(documents))] {
		d := p.judge(text, false)
		d.Written = true
		p.Documents = append(p.Documents, d)
		if d.Accepts && !p.oneWay {
			p.roundTrip(text)
		}
	}
	for i := 0; i < mutations && len(documents) > 0; i++ {
		p.mutated(documents[i%len(documents)])
	}
}

// check compares the generated encoder with the reference.
func (p *prober) check(v reflect.Value) (text string, ok bool) {
	got, err := p.write(v)
	want, wantErr := contained(func() ([]byte, error) { return p.reference.marshal(v) })
	if plain := (reference{interfaces: bare(p.reference.interfaces)}); wantErr == nil {
		mine, mineErr := contained(func() ([]byte, error) { return plain.marshal(v) })
		std, stdErr := contained(func() ([]byte, error) { return json.Marshal(v.Interface()) })
		if (mineErr != nil) != (stdErr != nil) || mineErr == nil && !bytes.Equal(mine, std) {
			p.problem("the reference is wrong: %s %v, and encoding/json: %s %v", mine, mineErr, std, stdErr)
		}
	}
	switch {
	case (err != nil) != (wantErr != nil):
		p.problem("the encoder: %v, the reference: %v, of %s", err, wantErr, got)
	case err == nil && !bytes.Equal(got, want):
		p.problem("the encoder writes\n%s\nand the reference\n%s", got, want)
	}
	return string(got), err == nil && p.comesBack(v)
}

// comesBack reports whether encoding/json reads what it writes for v: methods of a type may not
// fit each other. Of interfaces it never does.
func (p *prober) comesBack(v reflect.Value) bool {
	if len(p.reference.interfaces) > 0 {
		return true
	}
	text, err := contained(func() ([]byte, error) { return json.Marshal(v.Interface()) })
	if err != nil {
		return false
	}
	_, err = contained(func() ([]byte, error) { return nil, json.Unmarshal(text, reflect.New(p.typ).Interface()) })
	return err == nil
}

func (p *prober) write(v reflect.Value) ([]byte, error) {
	return contained(func() ([]byte, error) {
		out := p.encode.Call([]reflect.Value{reflect.ValueOf([]byte(nil)), v})
		err, _ := out[1].Interface().(error)
		return out[0].Bytes(), err
	})
}

// contained makes an error of a panic: methods of a type may panic, for encoding/json too.
func contained(write func() ([]byte, error)) (text []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return write()
}

func (p *prober) read(text string) (v reflect.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			p.problem("the decoder panics: %v of %s", r, text)
		}
	}()
	v = reflect.New(p.typ)
	err, _ = p.decode.Call([]reflect.Value{reflect.ValueOf([]byte(text)), v})[0].Interface().(error)
	return v, err
}

// roundTrip holds that what the decoder reads is written the same from then on.
func (p *prober) roundTrip(text string) {
	for i := range 3 {
		v, err := p.read(text)
		if err != nil {
			p.problem("what the encoder wrote of what was read is refused: %v\n%s", err, text)
			return
		}
		again, err := p.write(v)
		if err != nil {
			p.problem("what was read cannot be written: %v\n%s", err, text)
			return
		}
		if i > 0 && string(again) != text {
			p.problem("read and written again:\n%s\n%s", text, again)
			return
		}
		text = string(again)
	}
}

// judge asks the generated decoder, and encoding/json where that has the same rules.
func (p *prober) judge(text string, loose bool) Document {
	d := Document{JSON: text, Loose: loose}
	got, err := p.read(text)
	if err == nil {
		again, err := p.write(got)
		d.Accepts, d.Same = true, err == nil && equal(text, string(again))
		if !loose { // the key of a property that is never written is unknown here
			p.same(text, got)
		}
		return d
	}
	d.Error = err.Error()
	var list codec.Errors
	if one := (*codec.Error)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list = codec.Errors{one}
	}
	d.Own = true
	for _, e := range list {
		d.Own = d.Own && e.Err != nil
	}
	return d
}

// equal reports whether two documents differ in their layout alone.
func equal(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// pointsByName reports whether t holds a pointer type with a name of its own: encoding/json does not read what it
// points to by the methods that write it.
func pointsByName(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer:
		return t.Name() != "" || pointsByName(t.Elem(), seen)
	case reflect.Slice, reflect.Array:
		return pointsByName(t.Elem(), seen)
	case reflect.Map:
		return pointsByName(t.Key(), seen) || pointsByName(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if pointsByName(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// same compares what the decoder read with what encoding/json reads, if the settings are its own.
func (p *prober) same(text string, got reflect.Value) {
	if p.reference.settings != (Settings{}) || len(p.reference.interfaces) > 0 {
		return
	}
	want := reflect.New(p.typ)
	if err := json.Unmarshal([]byte(text), want.Interface()); err != nil {
		if strings.Contains(err.Error(), "invalid use of ,string") || strings.Contains(err.Error(), "math/big") ||
			strings.Contains(err.Error(), "of type map[*") || pointsByName(p.typ, map[reflect.Type]bool{}) {
			return // encoding/json, which does not read what it writes
		}
		p.problem("the decoder accepts what encoding/json refuses: %v\n%s", err, text)
		return
	}
	g, gErr := p.write(got)
	w, wErr := p.write(want)
	if (gErr != nil) != (wErr != nil) || !bytes.Equal(g, w) {
		p.problem("decoded from %s\n%s %v, and by encoding/json\n%s %v", text, g, gErr, w, wErr)
	}
}

func (p *prober) mutated(document string) {
	var tree any
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return
	}
	m := mutation{Rand: p.Rand}
	tree = m.change(tree)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if e.Encode(tree) != nil {
		return
	}
	out := strings.TrimSuffix(text.String(), "\n")
	if p.seen[out] {
		return
	}
	p.seen[out] = true
	doc := p.judge(out, m.loose)
	doc.Absent = m.absent
	p.Documents = append(p.Documents, doc)
}
