package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/asyncapi"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/output"
)

// Contract is what an application and its clients have agreed on: its events, and what their payloads look like.
type Contract struct {
	model     *ir.Model
	contracts map[*ir.Event]string
}

// ContractOf returns that of the job's packages, and of those that share an output with them. It is nil if the list has
// errors.
func ContractOf(ctx context.Context, j *Job) (*Contract, diag.List, error) {
	model, list, err := Model(ctx, j)
	if err != nil || list.HasErrors() {
		return nil, list, err
	}
	return &Contract{model, model.Contracts()}, list, nil
}

// LockedContract returns that of an output, as its lock remembers it. The path is that of the lock or of its directory.
func LockedContract(at Place, name string) (*Contract, error) {
	dir := absolute(at.Here, name)
	if filepath.Base(dir) == output.LockName {
		dir = filepath.Dir(dir)
	}
	lock, err := output.ReadLock(dir)
	if err != nil {
		return nil, err
	}
	if len(lock.Packages) == 0 {
		return nil, fmt.Errorf("there is no %s in %s", output.LockName, at.rel(dir))
	}
	model := &ir.Model{Settings: lock.Settings}
	for _, p := range lock.Packages {
		model.Packages = append(model.Packages, p.Package)
	}
	return &Contract{model, model.Contracts()}, nil
}

// Events returns the names of the events that match one of the patterns, sorted: those that a client gets, or those that
// it may emit. A star stands for anything. Without patterns it returns all.
func (c *Contract) Events(emits bool, patterns ...string) []string {
	var names []string
	for _, p := range c.model.Packages {
		for _, e := range p.Events {
			if emits && !e.From.Client() || !emits && !e.From.Server() && !e.Relay {
				continue
			}
			if len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, e.Name) }) {
				names = append(names, e.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// matches reports whether the name is what the pattern says.
func matches(pattern, name string) bool {
	flat := strings.NewReplacer("/", ":", "\\", `\\`, "[", `\[`, "?", `\?`) // a name has slashes, and a star matches them
	ok, err := path.Match(flat.Replace(pattern), flat.Replace(name))
	return err == nil && ok
}

// Fingerprint returns the event's fingerprint, and whether there is such an event.
func (c *Contract) Fingerprint(name string) (string, bool) {
	e := c.event(name)
	return c.contracts[e], e != nil
}

func (c *Contract) event(name string) *ir.Event {
	for _, p := range c.model.Packages {
		for _, e := range p.Events {
			if e.Name == name {
				return e
			}
		}
	}
	return nil
}

// Mismatch is why a payload is not what the contract says.
type Mismatch struct {
	Path    string // a JSON pointer into the payload
	Message string
}

func (m *Mismatch) Error() string {
	if m.Path == "" {
		return m.Message
	}
	return m.Path + ": " + m.Message
}

// Check returns what is wrong with a client's emit of the event, nil if nothing is. A payload that does not fit is a
// [Mismatch].
func (c *Contract) Check(name string, payload []byte) error {
	e := c.event(name)
	switch {
	case e == nil:
		known := c.Events(true)
		if near := diag.Nearest(name, known); near != "" {
			return fmt.Errorf("there is no event %q; did you mean %q?", name, near)
		}
		return fmt.Errorf("there is no event %q; clients emit %s", name, strings.Join(known, ", "))
	case !e.From.Client():
		return fmt.Errorf("%q is emitted by the server, not by clients", name)
	case e.Payload == nil && len(payload) > 0:
		return &Mismatch{Message: "the event has no payload"}
	case e.Payload == nil:
		return nil
	case len(payload) == 0:
		return &Mismatch{Message: "the event has a payload"}
	case e.Max > 0 && int64(len(payload)) > e.Max:
		return &Mismatch{Message: fmt.Sprintf("%d bytes, the limit of the event is %d", len(payload), e.Max)}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err != nil {
		return &Mismatch{Message: "this is not JSON: " + err.Error()}
	}
	schema, err := c.schema(name)
	if err != nil {
		return err
	}
	return mismatch(schema.Validate(value))
}

// schema returns the JSON Schema of the event's payload.
func (c *Contract) schema(name string) (*jsonschema.Schema, error) {
	const id = "urn:eventgen:contract"
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asyncapi.Schema(c.model, asyncapi.Options{Title: "contract", ID: id})))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(id, doc); err != nil {
		return nil, err
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "%", "%25").Replace("event:" + name)
	return compiler.Compile(id + "#/$defs/" + escaped)
}

// mismatch returns the innermost thing that is wrong.
func mismatch(err error) error {
	e, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return err
	}
	worst := innermost(e)
	return &Mismatch{Path: pointer(worst.InstanceLocation), Message: worst.DetailedOutput().Error.String()}
}

func innermost(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return e
	}
	worst := innermost(e.Causes[0])
	for _, cause := range e.Causes[1:] {
		if next := innermost(cause); len(next.InstanceLocation) > len(worst.InstanceLocation) {
			worst = next
		}
	}
	return worst
}

func pointer(parts []string) string {
	var out strings.Builder
	for _, part := range parts {
		out.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return out.String()
}

// Locate returns where in the text the value of a JSON pointer begins and ends; where the value is absent, where the
// object or array does that lacks it.
func Locate(text []byte, path string) (start, end int) {
	var parts []string
	if path != "" {
		for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			parts = append(parts, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
	}
	l := locator{text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	l.value(parts, true)
	return l.start, l.end
}

// locator reads a text up to the value that is looked for.
type locator struct {
	text       []byte
	dec        *json.Decoder
	start, end int
}

// value reads a value. It remembers where it lies if it is on the path, which goes on with the parts.
func (l *locator) value(parts []string, on bool) {
	start := int(l.dec.InputOffset())
	for start < len(l.text) && strings.IndexByte(" \t\r\n,:", l.text[start]) >= 0 {
		start++
	}
	token, err := l.dec.Token()
	if err != nil {
		return
	}
	var inner bool
	delim, _ := token.(json.Delim)
	for i := 0; delim != 0 && l.dec.More(); i++ {
		name := fmt.Sprint(i)
		if delim == '{' {
			key, err := l.dec.Token()
			if err != nil {
				return
			}
			name, _ = key.(string)
		}
		if on && len(parts) > 0 && parts[0] == name {
			inner = true
			l.value(parts[1:], true)
		} else {
			l.value(nil, false)
		}
	}
	if delim != 0 {
		_, _ = l.dec.Token()
	}
	if on && !inner {
		l.start, l.end = start, int(l.dec.InputOffset())
	}
}
