package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

func newList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [packages]",
		Short: "Show the catalogue of events",
		Long: `list shows every event of the packages, and of those that share their output: its
name, payload, direction, audience, how it is delivered, and where it is declared.

The contract in --json depends on what the payloads look like on the wire: if that is set
by flags of eventgen and not in eventgen.yaml, give the same flags here.`,
		Example: `  eventgen list
  eventgen list ./... --json | jq -r '.[] | select(.from == "client") | .name'`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	for _, name := range []string{"nil", "int64", "time", "bytes", "unknown", "type"} {
		_ = cmd.Flags().MarkHidden(name) // they change nothing but the contract in --json
	}
	asJSON := cmd.Flags().Bool("json", false, "print a JSON array of the events")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		out, err := a.loadModel(cmd, flags, args)
		if err != nil {
			return err
		}
		rows := a.rows(out.model)
		if *asJSON || a.format == formatJSON {
			err = writeRows(a.stdout, rows)
		} else {
			err = writeTable(a.stdout, rows)
		}
		return err
	}
	return cmd
}

// loadModel loads the model for a command that shows it. Problems have been reported when it
// fails; warnings do not concern it.
func (a *app) loadModel(cmd *cobra.Command, flags *outputFlags, args []string) (*outcome, error) {
	j, err := a.job(cmd, flags, args)
	if err != nil {
		return nil, err
	}
	out, err := a.load(cmd.Context(), j)
	if err != nil {
		return nil, err
	}
	if out.list.HasErrors() {
		if err := a.report(report{Diagnostics: out.list}); err != nil {
			return nil, err
		}
		return nil, problems
	}
	return out, nil
}

// row is an event in the catalogue.
type row struct {
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

func (a *app) rows(m *ir.Model) []row {
	rows := []row{}
	contracts := m.Contracts()
	for _, p := range m.Packages {
		for _, e := range p.Events {
			pos := e.Pos
			if pos.IsValid() {
				pos.File = a.rel(pos.File)
			}
			rows = append(rows, row{
				Name: e.Name, Package: p.Path, Go: e.Go, Payload: payload(p, e.Payload), From: e.From, To: e.To,
				Options: options(e), Contract: contracts[e], Doc: e.Doc.Text, Deprecated: e.Doc.Deprecated, Pos: pos,
			})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

func writeRows(w io.Writer, rows []row) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(rows)
}

func writeTable(w io.Writer, rows []row) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EVENT\tPAYLOAD\tFROM\tTO\tOPTIONS\tDECLARED")
	for _, r := range rows {
		where := r.Package
		if r.Pos.IsValid() {
			where = r.Pos.File + ":" + strconv.Itoa(r.Pos.Line)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, dash(r.Payload), r.From, r.To, dash(strings.Join(r.Options, " ")), where)
	}
	return table.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
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
		return "[]" + dash(payload(p, t.Elem))
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
