package lower

import (
	"encoding/json"
	"go/types"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/lower/wirecheck"
)

type sample struct {
	Name      string
	Documents []json.RawMessage
	Never     []string
}

func samples(t *testing.T, args ...string) []sample {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./corpus/samples"}, args...)...)
	cmd.Dir = "../../../testdata"
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var list []sample
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// unreachable are what no sample can show: the model says it because the Go type does.
var unreachable = []string{
	"corpus.OmitMethod.list is optional", // its IsZero is never true
}

// TestCorpus checks what encoding/json writes for every case against the lowered type, that the
// lowered type allows nothing that was not seen, and that what can never occur does not fit.
func TestCorpus(t *testing.T) {
	list := samples(t, "-all")
	s := load(t)
	l := New(s.config())
	lowered := map[string]*ir.Type{}
	for _, obj := range s.events {
		lowered[obj.Name()] = l.Payload(obj.Type(), s.use(obj))
	}
	for _, d := range l.Diagnostics() {
		t.Errorf("%s:%d:%d: %s [%s]", d.Pos.File, d.Pos.Line, d.Pos.Column, d.Message, d.Code)
	}
	if len(list) != len(lowered) || len(list) < 80 {
		t.Fatalf("%d cases have samples, %d have the directive", len(list), len(lowered))
	}
	checker := wirecheck.New(l.Decls(), ir.DefaultSettings())
	for _, c := range list {
		typ := lowered[c.Name]
		if typ == nil {
			t.Errorf("%s has no directive", c.Name)
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			for _, doc := range c.Documents {
				if err := checker.Check(typ, doc); err != nil {
					t.Errorf("%v\nin %.2000s", err, doc)
					break
				}
			}
			strict := wirecheck.New(l.Decls(), ir.DefaultSettings())
			for _, literal := range c.Never {
				if strict.Check(typ, []byte(literal)) == nil {
					t.Errorf("accepted, and can never occur: %s", literal)
				}
			}
		})
	}
	for _, unseen := range checker.Unseen() {
		if !slices.ContainsFunc(unreachable, func(u string) bool { return strings.HasPrefix(unseen, u) }) {
			t.Error(unseen)
		}
	}
}

// TestDeterminism lowers the corpus in two orders.
func TestDeterminism(t *testing.T) {
	s := load(t)
	render := func(events []*types.TypeName) string {
		l := New(s.config())
		payloads := map[string]*ir.Type{}
		for _, obj := range events {
			payloads[obj.Name()] = l.Payload(obj.Type(), s.use(obj))
		}
		out, err := json.MarshalIndent([]any{payloads, l.Decls(), l.Diagnostics()}, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	first := render(s.events)
	slices.Reverse(s.events)
	if second := render(s.events); first != second {
		t.Error("the order of the payloads shows in the result")
	}
}
