package randomtypes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/gen/typescript"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
	"github.com/eventgen/eventgen/internal/testing/randomtypes/probe"
)

// modulePath is that of the module that a batch is written to. It lies below ours, so that the
// program may import package probe.
const modulePath = "github.com/eventgen/eventgen/batch"

// A Group is cases that share an output.
type Group struct {
	Settings ir.Settings
	Cases    []*Case
}

// A Finding is something wrong with a case.
type Finding struct {
	Group, Case int // indexes
	// Kind is the judge: parse, generate, compile, go, decoders or tsc; or source, if the case itself
	// does not compile, which is a mistake of this package.
	Kind string
	Text string
}

// A batch is one run of everything over groups of cases.
type batch struct {
	root, dir string
	groups    []Group
	seed      uint64
	findings  []Finding
	dropped   map[string]bool // packages that are out of the race
	stems     map[string]string
	opaque    map[string]bool // packages in which encoding/json reads something
}

// Check runs the generator over groups of cases and holds its output against encoding/json, the Go
// and the TypeScript decoders against each other, and the documents against the types. Root is the
// repository, dir an empty folder to work in.
func Check(ctx context.Context, root, dir string, seed uint64, groups []Group) ([]Finding, error) {
	b := &batch{root: root, dir: dir, seed: seed, groups: groups, dropped: map[string]bool{}, stems: map[string]string{}, opaque: map[string]bool{}}
	if err := b.write(); err != nil {
		return nil, err
	}
	for i := range groups {
		if err := b.generate(ctx, i); err != nil {
			return nil, err
		}
	}
	reports, err := b.run(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		for _, p := range r.Problems {
			b.find(r.Case, "go", "%s", p)
		}
	}
	if err := b.checkTypeScript(ctx, reports); err != nil {
		return nil, err
	}
	slices.SortStableFunc(b.findings, func(x, y Finding) int { return (x.Group-y.Group)*1000 + x.Case - y.Case })
	return b.findings, nil
}

// caseFile is what a case's own file is called.
const caseFile = "case.go"

func packageName(group, n int) string { return fmt.Sprintf("g%dc%d", group, n) }

var packageText = regexp.MustCompile(`\bg(\d+)c(\d+)\b`)

// find records a finding about the case of a package.
func (b *batch) find(pkg, kind, format string, args ...any) {
	f := Finding{Kind: kind, Text: fmt.Sprintf(format, args...)}
	if _, err := fmt.Sscanf(pkg, "g%dc%d", &f.Group, &f.Case); err != nil {
		f.Case = -1
	}
	for _, known := range b.findings { // one of a kind is enough
		if known.Group == f.Group && known.Case == f.Case && known.Kind == kind {
			return
		}
	}
	b.findings = append(b.findings, f)
}

// write writes the module.
func (b *batch) write() error {
	files := map[string]string{
		"go.mod": "module " + modulePath + "\n\ngo 1.26.0\n\nrequire github.com/eventgen/eventgen v0.0.0\n\nreplace github.com/eventgen/eventgen => " + b.root + "\n",
	}
	for i, g := range b.groups {
		for n, c := range g.Cases {
			name := packageName(i, n)
			files[name+"/"+caseFile] = c.Source(name, "case:"+name)
		}
	}
	for name, text := range files {
		if err := writeFile(filepath.Join(b.dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, text []byte) error {
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644))
}

// generate runs the generator over a group, without the cases that it refuses.
func (b *batch) generate(ctx context.Context, group int) error {
	g := b.groups[group]
	for {
		var patterns []string
		for n := range g.Cases {
			if !b.dropped[packageName(group, n)] {
				patterns = append(patterns, "./"+packageName(group, n))
			}
		}
		if len(patterns) == 0 {
			return nil
		}
		model, diags, err := parse.Load(ctx, load.Options{
			Dir: b.dir, Patterns: patterns, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off"),
		}, parse.Options{Settings: g.Settings, Int64Stated: true})
		if err != nil {
			return err
		}
		if b.refused(diags) {
			continue
		}
		return b.render(group, model)
	}
}

// rightly reports whether a random type may well have an error.
func rightly(d diag.Diagnostic) bool {
	return d.Code == diag.GenericRecursion || d.Code == diag.UnnameableType || d.Code == diag.InvalidUnion || strings.Contains(d.Message, "points to itself alone")
}

// refused drops the packages that have errors, and reports whether there are any.
func (b *batch) refused(diags diag.List) bool {
	any := false
	for _, d := range diags {
		pkg := packageText.FindString(filepath.ToSlash(d.Pos.File))
		if d.Severity != diag.Error {
			continue
		}
		any = true
		b.dropped[pkg] = true
		if !rightly(d) {
			b.find(pkg, "parse", "%s [%s]", d.Message, d.Code)
		}
	}
	return any
}

func (b *batch) render(group int, model *ir.Model) error {
	contracts := model.Contracts()
	goFiles, diags := golang.Generate(model, contracts)
	for _, d := range diags {
		b.find(packageText.FindString(filepath.ToSlash(d.Pos.File)), "generate", "%s", d.Message)
	}
	for _, f := range goFiles {
		if err := writeFile(f.Path, f.Content); err != nil {
			return err
		}
	}
	for n, c := range b.groups[group].Cases {
		if pkg := packageName(group, n); !b.dropped[pkg] {
			if err := writeFile(filepath.Join(b.dir, pkg, "probe.go"), []byte(c.Probe(pkg))); err != nil {
				return err
			}
		}
	}
	for _, p := range model.Packages {
		text, err := json.Marshal(p)
		if err != nil {
			return err
		}
		b.opaque[p.Name] = strings.Contains(string(text), `"opaque":true`)
		for _, e := range p.Events {
			b.stems[p.Name] = e.Go
		}
	}
	tsFiles, diags := typescript.Generate(model, contracts, typescript.Options{
		Dir: filepath.Join(b.dir, "ts", fmt.Sprintf("g%d", group)), Decoders: true,
		ImportExtension: typescript.ExtensionTS, Runtime: typescript.RuntimePackage,
	})
	for _, d := range diags {
		b.find(packageText.FindString(filepath.ToSlash(d.Pos.File)), "generate", "TypeScript: %s", d.Message)
	}
	for _, f := range tsFiles {
		if err := writeFile(f.Path, f.Content); err != nil {
			return err
		}
	}
	return nil
}

// run compiles the cases and the program that probes them, and returns what it reports. Cases that
// do not compile are left out.
func (b *batch) run(ctx context.Context) ([]probe.Report, error) {
	for {
		if err := b.writeMain(); err != nil {
			return nil, err
		}
		build := b.command(ctx, "go", "build", "-gcflags=-e", "-o", "probe.exe", ".")
		out, err := build.CombinedOutput()
		if err == nil {
			break
		}
		dropped := false
		for line := range strings.Lines(string(out)) {
			pkg := packageText.FindString(line)
			if pkg == "" || strings.HasPrefix(line, "#") || b.dropped[pkg] {
				continue
			}
			kind := "compile"
			if strings.Contains(line, pkg+"/"+caseFile) {
				kind = "source"
			}
			b.find(pkg, kind, "%s", strings.TrimSpace(line))
			b.dropped[pkg], dropped = true, true
		}
		if !dropped {
			return nil, fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	cmd := b.command(ctx, filepath.Join(b.dir, "probe.exe"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the probe: %w\n%s", err, stderr.String())
	}
	var reports []probe.Report
	if err := json.Unmarshal(out, &reports); err != nil {
		return nil, fmt.Errorf("the probe's report: %w", err)
	}
	slices.SortFunc(reports, func(a, b probe.Report) int { return strings.Compare(a.Case, b.Case) })
	return reports, nil
}

func (b *batch) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	return cmd
}

func (b *batch) writeMain() error {
	var imports, settings, cases strings.Builder
	for i, g := range b.groups {
		for n := range g.Cases {
			pkg := packageName(i, n)
			if b.dropped[pkg] {
				continue
			}
			fmt.Fprintf(&imports, "\t%q\n", modulePath+"/"+pkg)
			fmt.Fprintf(&settings, "\t\t%q: {NilEmpty: %t, Quoted64: %t},\n", pkg, g.Settings.Nil == ir.NilEmpty, g.Settings.Int64 != ir.Int64Number)
			fmt.Fprintf(&cases, "\t\t%q: %s.Probe(),\n", pkg, pkg)
		}
	}
	return writeFile(filepath.Join(b.dir, "main.go"), fmt.Appendf(nil,
		"package main\n\nimport (\n%s\n\t%q\n)\n\nfunc main() {\n\tprobe.Run(%d, map[string]probe.Settings{\n%s\t}, map[string]probe.Case{\n%s\t})\n}\n",
		imports.String(), "github.com/eventgen/eventgen/internal/testing/randomtypes/probe", b.seed, settings.String(), cases.String()))
}
