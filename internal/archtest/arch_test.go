// Package archtest holds the rules of who may import whom, and which modules the project may
// require.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/eventgen/eventgen"

// rules say, for the packages below a folder, which of our packages and which third-party modules
// they may import. The longest matching folder decides. The standard library and the package's own
// folder are free. "/..." at the end of one of our packages stands for those below it too.
var rules = map[string]struct{ own, third []string }{
	"cmd/eventgen": {
		// Beside run, what a rendering shows: settings by their words, findings, changes.
		own:   []string{"internal/client", "internal/run", "internal/compat", "internal/config", "internal/diag", "internal/ir", "internal/output"},
		third: []string{"github.com/spf13/cobra", "github.com/spf13/pflag"},
	},
	"internal/run": {
		own: []string{
			"internal/compat", "internal/config", "internal/diag", "internal/gen", "internal/gen/asyncapi", "internal/gen/golang", "internal/gen/typescript",
			"internal/ir", "internal/load", "internal/output", "internal/parse", "internal/scaffold", "internal/vcs",
		},
		third: []string{"github.com/fsnotify/fsnotify", "github.com/santhosh-tekuri/jsonschema/v6", "golang.org/x/mod"},
	},
	"internal/archtest":       {},
	"internal/client":         {third: []string{"github.com/gobwas/ws"}},
	"internal/compat":         {own: []string{"internal/diag", "internal/ir"}},
	"internal/config":         {own: []string{"internal/diag", "internal/ir"}, third: []string{"go.yaml.in/yaml/v4", "golang.org/x/mod"}},
	"internal/diag":           {},
	"internal/load":           {own: []string{"internal/gen", "internal/rules"}, third: []string{"golang.org/x/mod", "golang.org/x/tools"}},
	"internal/gen":            {own: []string{"internal/diag", "internal/ir"}},
	"internal/output":         {own: []string{"internal/diag", "internal/gen", "internal/ir"}, third: []string{"github.com/aymanbagabas/go-udiff", "github.com/gofrs/flock"}},
	"internal/gen/asyncapi":   {own: []string{"internal/diag", "internal/gen", "internal/gen/naming", "internal/ir"}, third: []string{"go.yaml.in/yaml/v4"}},
	"internal/gen/golang":     {own: []string{"internal/diag", "internal/gen", "internal/ir", "internal/rules"}, third: []string{"github.com/dave/jennifer"}},
	"internal/gen/typescript": {own: []string{"internal/diag", "internal/gen", "internal/gen/naming", "internal/ir", "runtime/ts", "templates"}},
	"internal/ir":             {own: []string{"internal/diag"}},
	"internal/parse":          {own: []string{"internal/diag", "internal/ir", "internal/load", "internal/rules"}},
	"internal/rules":          {},
	"internal/testing/mutate": {},
	"internal/scaffold":       {},
	"internal/release":        {third: []string{"golang.org/x/mod"}},
	"internal/testing/randomtypes": {own: []string{
		"internal/diag", "internal/gen/...", "internal/ir", "internal/load", "internal/parse", "runtime/eventbus/...",
	}},
	"internal/testing/randomtypes/probe": {own: []string{"runtime/eventbus/..."}},
	"internal/testing/parity":            {own: []string{"runtime/eventbus/..."}},
	"internal/testing/screen":            {},
	"internal/vcs":                       {third: []string{"golang.org/x/mod"}},
	"runtime/eventbus":                   {own: []string{"runtime/internal/..."}},
	"runtime/eventbus/codec":             {},
	"runtime/eventbus/broker":            {own: []string{"runtime/eventbus/eventdef"}},
	"runtime/eventbus/eventdef":          {own: []string{"internal/rules"}},
	"runtime/eventbus/observe":           {own: []string{"runtime/eventbus/eventdef", "runtime/internal/port"}},
	"runtime/internal":                   {},
	"runtime/internal/port":              {own: []string{"runtime/eventbus/codec", "runtime/eventbus/eventdef"}},
	"runtime/desktop/sidecar":            {own: []string{"runtime/httptransport"}},
	"runtime/desktop/wails3":             {own: []string{"runtime/eventbus", "runtime/session"}},
	"runtime/httptransport":              {own: []string{"runtime/eventbus/...", "runtime/session"}, third: []string{"github.com/gobwas/ws", "github.com/gobwas/httphead"}},
	// The page of the inspector is served as any other.
	"runtime/inspect":      {own: []string{"runtime/eventbus/...", "runtime/httptransport", "runtime/internal/port", "runtime/session"}},
	"runtime/inspect/wire": {own: []string{"runtime/eventbus/..."}},
	"runtime/session":      {own: []string{"runtime/eventbus/...", "runtime/internal/..."}},
	"runtime/ts":           {},
	"templates":            {},
}

// requirements are the modules that go.mod may name directly, each with its reason.
var requirements = map[string]string{
	"github.com/aymanbagabas/go-udiff":         "unified diffs of check",
	"github.com/dave/jennifer":                 "prints Go",
	"github.com/evanw/esbuild":                 "measures in tests what generated TypeScript costs a bundle",
	"github.com/fsnotify/fsnotify":             "watch",
	"github.com/gobwas/httphead":               "comes with gobwas/ws: header options of its handshake",
	"github.com/gobwas/ws":                     "the one WebSocket library that gives out the connection and its frames",
	"github.com/gofrs/flock":                   "keeps runs apart that write one directory",
	"github.com/santhosh-tekuri/jsonschema/v6": "checks what emit sends against the contract",
	"github.com/rogpeppe/go-internal":          "testscript",
	"github.com/spf13/cobra":                   "the command line",
	"github.com/spf13/pflag":                   "the command line's flags",
	"go.yaml.in/yaml/v4":                       "eventgen.yaml with positions, AsyncAPI",
	"golang.org/x/mod":                         "go.mod and go.work: what a run depends on",
	"golang.org/x/sync":                        "parallel work that ends together",
	"golang.org/x/sys":                         "what the file locks and the error texts of the platform need",
	"golang.org/x/tools":                       "export data of dependencies",
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func TestImports(t *testing.T) {
	for _, p := range list[goPackage](t, "list", "-json=ImportPath,Imports,Standard", module+"/...") {
		folder := strings.TrimPrefix(p.ImportPath, module+"/")
		rule, home, ok := ruleOf(folder)
		if !ok {
			t.Errorf("%s: no rule says what it may import", folder)
			continue
		}
		for _, imported := range p.Imports {
			if own, inside := strings.CutPrefix(imported, module+"/"); inside {
				if !below(own, home) && !slices.ContainsFunc(rule.own, func(dir string) bool { return matches(own, dir) }) {
					t.Errorf("%s imports %s: that is not the direction in which imports point here", folder, own)
				}
				continue
			}
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			if !slices.ContainsFunc(rule.third, func(dir string) bool { return below(imported, dir) }) {
				t.Errorf("%s imports %s: no rule allows that", folder, imported)
			}
		}
	}
}

type goMod struct {
	Require []struct {
		Path     string
		Indirect bool
	}
}

func TestRequirements(t *testing.T) {
	for _, mod := range list[goMod](t, "mod", "edit", "-json", "../../go.mod") {
		for _, r := range mod.Require {
			if !r.Indirect && requirements[r.Path] == "" {
				t.Errorf("go.mod requires %s: name it here, with the reason", r.Path)
			}
		}
	}
}

func ruleOf(folder string) (rule struct{ own, third []string }, home string, ok bool) {
	for dir, r := range rules {
		if below(folder, dir) && len(dir) > len(home) {
			rule, home, ok = r, dir, true
		}
	}
	return rule, home, ok
}

func matches(path, pattern string) bool {
	dir, tree := strings.CutSuffix(pattern, "/...")
	return path == dir || tree && below(path, dir)
}

func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// list runs the go command and decodes its stream of JSON values.
func list[T any](t *testing.T, args ...string) []T {
	t.Helper()
	cmd := exec.Command("go", args...)
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go %v: %v\n%s", args, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var values []T
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var v T
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return values
		} else if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
}
