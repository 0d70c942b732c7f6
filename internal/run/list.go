package run

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Row is an event in the catalogue.
type Row struct {
	Name       string       `json:"name"`
	Package    string       `json:"package"`
	Go         string       `json:"go"`      // stem of the generated identifiers
	Payload    string       `json:"payload"` // as in Go; empty for an event without one
	From       ir.Direction `json:"from"`
	To         ir.Audience  `json:"to"`
	Options    []string     `json:"options"` // as in the directive
	Contract   string       `json:"contract"`
	Doc        string       `json:"doc,omitempty"`
	Deprecated string       `json:"deprecated,omitempty"`
	Pos        diag.Pos     `json:"pos,omitzero"` // unknown for an event from the lock
}

// List returns the events of the job's packages, and of those that share an output with them, by
// name. There are none if the list has errors.
func List(ctx context.Context, j *Job) ([]Row, diag.List, error) {
	model, list, err := Model(ctx, j)
	if err != nil || list.HasErrors() {
		return nil, list, err
	}
	rows := []Row{}
	contracts := model.Contracts()
	for _, p := range model.Packages {
		for _, e := range p.Events {
			rows = append(rows, Row{
				Name: e.Name, Package: p.Path, Go: e.Go, Payload: payload(p, e.Payload), From: e.From, To: e.To,
				Options: options(e), Contract: contracts[e], Doc: e.Doc.Text, Deprecated: e.Doc.Deprecated, Pos: e.Pos,
			})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Name, b.Name) })
	return rows, list, nil
}

// options lists what the event's directive says besides name, direction and audience.
func options(e *ir.Event) []string {
	out := []string{}
	flag := func(set bool, text string) {
		if set {
			out = append(out, text)
		}
	}
	number := func(name string, n int64) { flag(n != 0, name+"="+strconv.FormatInt(n, 10)) }
	duration := func(name string, d time.Duration) { flag(d != 0, name+"="+short(d)) }
	flag(e.Relay, "relay")
	duration("throttle", e.Throttle)
	duration("debounce", e.Debounce)
	if e.Key != nil {
		out = append(out, "key="+e.Key.Field)
		number("keys", int64(e.Keys))
	}
	number("batch", int64(e.Batch))
	duration("wait", e.Wait)
	flag(len(e.Flushes) > 0, "flushes="+strings.Join(e.Flushes, ","))
	flag(e.Sticky, "sticky")
	number("replay", int64(e.Replay))
	flag(e.Slow != ir.SlowResume, "slow="+string(e.Slow))
	number("max", e.Max)
	number("version", int64(e.Version))
	flag(e.Was != "", "was="+e.Was)
	flag(e.Doc.Deprecated != "", "deprecated")
	return out
}

// short prints a duration without zero parts: 1m, not 1m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// payload names a type about as Go source of its package would.
func payload(p *ir.Package, t *ir.Type) string {
	switch {
	case t == nil:
		return ""
	case t.Go != nil:
		return goName(p, t.Go)
	}
	switch t.Kind {
	case ir.KindRef:
		if d := p.Decl(t.Ref); d != nil {
			name := d.Go
			name.Args = append(slices.Clone(name.Args), t.Args...)
			return goName(p, &name)
		}
		return t.Ref
	case ir.KindInt, ir.KindUint, ir.KindFloat:
		if t.Bits > 0 {
			return string(t.Kind) + strconv.Itoa(t.Bits)
		}
		return string(t.Kind)
	case ir.KindBytes, ir.KindSlice:
		return "[]" + payload(p, t.Elem)
	case ir.KindArray:
		return fmt.Sprintf("[%d]%s", t.Len, payload(p, t.Elem))
	case ir.KindMap:
		return fmt.Sprintf("map[%s]%s", payload(p, t.Key), payload(p, t.Elem))
	case ir.KindPtr:
		return "*" + payload(p, t.Elem)
	case ir.KindStruct:
		return "struct"
	case ir.KindParam:
		return t.Param
	case ir.KindRaw:
		return "json.RawMessage"
	case ir.KindNumber:
		return "json.Number"
	case ir.KindTime:
		return "time.Time"
	case ir.KindBool, ir.KindString, ir.KindAny, ir.KindText, ir.KindCustom:
	}
	return string(t.Kind)
}

func goName(p *ir.Package, n *ir.GoName) string {
	name := n.Name
	if n.Path != "" && n.Path != p.Path {
		name = n.Pkg + "." + name
	}
	if len(n.Args) > 0 {
		args := make([]string, len(n.Args))
		for i, arg := range n.Args {
			args[i] = payload(p, arg)
		}
		name += "[" + strings.Join(args, ", ") + "]"
	}
	return name
}
