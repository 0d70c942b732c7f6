package randomtypes

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/testing/randomtypes/probe"
)

//go:embed judge.ts
var judge string

// verdict is what the TypeScript decoder says of one document.
type verdict struct {
	Accepts bool
	Issue   string
	// Back is what the conversions make of the document and back, if that is another one.
	Back string
}

// checkTypeScript runs the TypeScript decoders on the documents, and the compiler on the output and
// on the documents as values of the types.
func (b *batch) checkTypeScript(ctx context.Context, reports []probe.Report) error {
	dir := filepath.Join(b.dir, "ts")
	runtime := filepath.Join(b.root, "runtime", "ts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(runtime, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		return err
	}
	verdicts, err := b.decode(ctx, dir, runtime, reports)
	if err != nil {
		return err
	}
	for i, r := range reports {
		for n, d := range r.Documents {
			b.compare(r.Case, d, verdicts[i][n])
		}
	}
	return b.compile(ctx, dir, runtime, reports, verdicts)
}

// compare holds the verdicts of the two decoders against each other.
func (b *batch) compare(pkg string, d probe.Document, v verdict) {
	c := b.caseOf(pkg)
	switch {
	case v.Back != "":
		b.find(pkg, "decoders", "the conversions make %s of %s", v.Back, d.JSON)
	case d.Written && !v.Accepts:
		b.find(pkg, "decoders", "TypeScript refuses what the encoder writes: %s\n%s", v.Issue, d.JSON)
	case c.oneWay():
	case d.Written && !d.Accepts && (strings.Contains(d.Error, "invalid use of ,string") || strings.Contains(d.Error, "math/big")): // encoding/json in a method
	case d.Written && !d.Accepts && d.Own && c.hasUnion(): // methods of these types know nothing of tags
	case d.Written && !d.Accepts:
		b.find(pkg, "decoders", "Go refuses what its encoder writes: %s\n%s", d.Error, d.JSON)
	case d.Loose && b.settings(pkg).RefuseUnknown:
	case d.Accepts && !v.Accepts && (c.readsMore() || b.opaque[pkg]):
	case d.Accepts && !v.Accepts:
		b.find(pkg, "decoders", "Go accepts, and TypeScript refuses: %s\n%s", v.Issue, d.JSON)
	case !d.Accepts && !d.Own && v.Accepts:
		b.find(pkg, "decoders", "TypeScript accepts, and Go refuses: %s\n%s", d.Error, d.JSON)
	}
}

func (b *batch) caseOf(pkg string) *Case {
	var group, n int
	if _, err := fmt.Sscanf(pkg, "g%dc%d", &group, &n); err != nil {
		return &Case{}
	}
	return b.groups[group].Cases[n]
}

func (b *batch) settings(pkg string) ir.Settings {
	group, _, _ := strings.Cut(strings.TrimPrefix(pkg, "g"), "c")
	n, _ := strconv.Atoi(group)
	return b.groups[n].Settings
}

func (b *batch) decode(ctx context.Context, dir, runtime string, reports []probe.Report) ([][]verdict, error) {
	type job struct {
		Stem, Event string
		Group       int
		Dates       bool
		Documents   []string
	}
	jobs := make([]job, len(reports))
	imports, list := "", ""
	for i := range b.groups {
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("g%d", i), "decoders.gen.ts")); err != nil {
			list += "{}, "
			continue
		}
		imports += fmt.Sprintf("import * as d%d from './g%[1]d/decoders.gen.ts';\nimport * as e%[1]d from './g%[1]d/events.gen.ts';\n", i)
		list += fmt.Sprintf("{ ...d%d, ...e%[1]d }, ", i)
	}
	for i, r := range reports {
		group, _, _ := strings.Cut(strings.TrimPrefix(r.Case, "g"), "c")
		jobs[i] = job{Stem: b.stems[r.Case], Event: "case:" + r.Case, Dates: b.settings(r.Case).Time == ir.TimeDate}
		jobs[i].Group, _ = strconv.Atoi(group)
		for _, d := range r.Documents {
			jobs[i].Documents = append(jobs[i].Documents, d.JSON)
		}
	}
	text, err := json.Marshal(jobs)
	if err != nil {
		return nil, err
	}
	work := filepath.Join(dir, "judge")
	if err := errors.Join(
		writeFile(filepath.Join(work, "jobs.json"), text),
		writeFile(filepath.Join(dir, "judge.mts"), []byte("// @ts-nocheck\n"+imports+"const modules = ["+list+"];\n"+judge)),
	); err != nil {
		return nil, err
	}
	bundle := exec.CommandContext(ctx, filepath.Join(runtime, "node_modules", ".bin", "esbuild"), "judge.mts", "--bundle", "--platform=node", "--format=esm",
		"--alias:@eventgen/client/decode="+filepath.Join(runtime, "src", "decode.ts"), "--alias:@eventgen/client="+filepath.Join(runtime, "src"),
		"--outfile=judge/judge.mjs", "--log-level=error")
	bundle.Dir = dir
	if out, err := bundle.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("esbuild: %w\n%s", err, out)
	}
	run := exec.CommandContext(ctx, "node", "judge.mjs")
	run.Dir = work
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		return nil, fmt.Errorf("node: %w\n%s", err, out)
	}
	var verdicts [][]verdict
	return verdicts, json.Unmarshal(out, &verdicts)
}

// compile asks the TypeScript compiler about the output, and about documents: those that the encoder
// writes, or that both decoders accept, are values of the types, and those in which something is
// missing are none.
func (b *batch) compile(ctx context.Context, dir, runtime string, reports []probe.Report, verdicts [][]verdict) error {
	type line struct {
		pkg, text string
		never     bool
	}
	lines := map[string]map[int]line{}
	for i, r := range reports {
		group, _, _ := strings.Cut(strings.TrimPrefix(r.Case, "g"), "c")
		name := r.Case + ".ts"
		file := []string{
			fmt.Sprintf("import type * as all from './g%s/decoders.gen.ts';", group),
			fmt.Sprintf("export type Payload = NonNullable<(typeof all.%sSchema)['~standard']['types']>['input'];", lowerFirst(b.stems[r.Case])),
		}
		lines[name] = map[int]line{}
		for n, d := range r.Documents {
			accepted := d.Written || d.Same && verdicts[i][n].Accepts && !d.Loose
			never := d.Absent && !d.Accepts && !d.Own && !d.Loose && !verdicts[i][n].Accepts
			// TypeScript sees the members of Object in every object.
			never = never && !strings.Contains(b.caseOf(r.Case).Source("p", "e"), "toString")
			if !accepted && !never || strings.Contains(d.JSON, "__proto__") {
				continue
			}
			if never {
				file = append(file, "// @ts-expect-error")
				lines[name][len(file)] = line{r.Case, d.JSON, true}
			}
			file = append(file, fmt.Sprintf("export const d%d: Payload = %s;", n, infinite.ReplaceAllString(d.JSON, "1e300")))
			lines[name][len(file)] = line{r.Case, d.JSON, never}
		}
		if err := writeFile(filepath.Join(dir, name), []byte(strings.Join(file, "\n")+"\n")); err != nil {
			return err
		}
	}
	problems, err := b.tsc(ctx, dir, runtime)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if l, ok := lines[p.file][p.line]; ok {
			if l.never {
				b.find(l.pkg, "tsc", "the type accepts what the decoders refuse: %s", l.text)
			} else if p.code != "TS1117" { // different keys of a map can have one text
				b.find(l.pkg, "tsc", "the type refuses what travels: %s\n%s", l.text, p.message)
			}
			continue
		}
		b.find(packageText.FindString(p.file), "tsc", "%s:%d: %s %s", p.file, p.line, p.code, p.message)
	}
	return nil
}

var infinite = regexp.MustCompile(`\b1e400\b`)

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

type problem struct {
	file, code, message string
	line                int
}

var problemLine = regexp.MustCompile(`^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$`)

func (b *batch) tsc(ctx context.Context, dir, runtime string) ([]problem, error) {
	src := filepath.Join(runtime, "src")
	config, err := json.Marshal(map[string]any{
		"compilerOptions": map[string]any{
			"target": "ES2022", "lib": []string{"ES2022", "DOM"}, "types": []string{}, "module": "ESNext", "moduleResolution": "bundler", "noEmit": true,
			"strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true, "noUnusedLocals": true, "noUnusedParameters": true,
			"verbatimModuleSyntax": true, "isolatedModules": true, "allowImportingTsExtensions": true, "skipLibCheck": true,
			"paths": map[string][]string{"@eventgen/client": {filepath.Join(src, "index.ts")}, "@eventgen/client/*": {filepath.Join(src, "*.ts")}},
		},
		"include": []string{"**/*.ts"}, "exclude": []string{"node_modules", "judge"},
	})
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, "tsconfig.json"), config); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(runtime, "node_modules", ".bin", "tsc"), "-p", ".", "--pretty", "false")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	var found []problem
	for text := range strings.Lines(string(out)) {
		text = strings.TrimRight(text, "\r\n")
		if m := problemLine.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[2])
			found = append(found, problem{file: filepath.ToSlash(m[1]), line: n, code: m[3], message: m[4]})
		} else if len(found) > 0 && strings.HasPrefix(text, " ") {
			found[len(found)-1].message += "\n" + text
		}
	}
	if err != nil && len(found) == 0 {
		return nil, fmt.Errorf("tsc: %w\n%s", err, out)
	}
	return slices.Clip(found), nil
}
