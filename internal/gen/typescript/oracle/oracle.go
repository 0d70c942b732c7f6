// Package oracle holds generated TypeScript against the truth: every JSON document that
// encoding/json writes for a payload must be a value of its type, and no literal that can never
// occur may be one. The judge is the TypeScript compiler, in one run for any number of cases.
package oracle

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/typescript/tsctest"
)

// Sample is what is known of one event's payload.
type Sample struct {
	Event     string   // its wire name
	Documents []string // JSON that occurs
	Never     []string // TypeScript expressions that do not
}

// unusedExpectation is the compiler's word for a literal that was accepted though it should not be.
const unusedExpectation = "TS2578"

// duplicateKey is its word for an object literal that has a property twice.
const duplicateKey = "TS1117"

// Check type-checks samples against the modules of one output, which were generated with the
// runtime as a package.
func Check(t *testing.T, output map[string]string, samples []Sample) {
	t.Helper()
	files := map[string]string{}
	maps.Copy(files, output)
	lines := map[string][]string{}
	for i, s := range samples {
		name := fmt.Sprintf("sample%d.ts", i)
		lines[name] = sampleLines(s)
		files[name] = strings.Join(lines[name], "\n") + "\n"
	}
	dir := tsctest.Write(t, files)
	options := tsctest.Options{
		"target": "ES2022", "lib": []string{"ES2022", "DOM"}, "types": []string{}, "noEmit": true,
		"module": "ESNext", "moduleResolution": "bundler",
		"strict": true, "exactOptionalPropertyTypes": true,
	}
	byName := map[string]Sample{}
	for i, s := range samples {
		byName[fmt.Sprintf("sample%d.ts", i)] = s
	}
	for _, p := range tsctest.Check(t, dir, options.With(tsctest.Sources(t))) {
		s, ok := byName[p.File]
		switch {
		case ok && p.Code == duplicateKey:
			// Different keys of a Go map can have one text.
		case !ok:
			t.Errorf("%s:%d: %s: %s", p.File, p.Line, p.Code, p.Message)
		case p.Code == unusedExpectation:
			t.Errorf("%s: accepts what never occurs: %s", s.Event, literal(lines[p.File], p.Line+1))
		default:
			t.Errorf("%s: rejects what occurs: %s\n%s", s.Event, literal(lines[p.File], p.Line), p.Message)
		}
	}
}

// sampleLines is a module with one statement a line for each document and each literal.
func sampleLines(s Sample) []string {
	out := []string{
		"import type { ClientEvents, ServerEvents } from './catalog.gen';",
		fmt.Sprintf("type Payload = (ServerEvents & ClientEvents)[%q];", s.Event),
	}
	for i, doc := range s.Documents {
		out = append(out, fmt.Sprintf("export const d%d: Payload = %s;", i, oneLine(doc)))
	}
	for i, expr := range s.Never {
		out = append(out, "// @ts-expect-error", fmt.Sprintf("export const n%d: Payload = %s;", i, oneLine(expr)))
	}
	return out
}

// oneLine puts a literal on one line, where an expectation covers all of it.
func oneLine(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), "\n", " ") }

// literal is the literal on a 1-based line, shortened.
func literal(lines []string, line int) string {
	if line < 1 || line > len(lines) {
		return ""
	}
	_, text, _ := strings.Cut(lines[line-1], " = ")
	if text = strings.TrimSuffix(text, ";"); len(text) > 400 {
		text = text[:400] + "…"
	}
	return text
}
