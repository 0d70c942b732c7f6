// Package tsctest type-checks TypeScript in tests, with the compiler that the runtime's
// development dependencies bring.
package tsctest

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A Problem is one finding of the compiler.
type Problem struct {
	File    string // relative to the checked folder, with slashes
	Line    int    // 1-based
	Code    string // TS2322
	Message string
}

// Options are compiler options, as in tsconfig.json.
type Options map[string]any

// Strict returns every flag with which the compiler can be stricter, for a library of browsers
// of today: what generated code must stand.
func Strict() Options {
	return Options{
		"target": "ES2022", "lib": []string{"ES2022", "DOM"}, "types": []string{},
		"module": "ESNext", "moduleResolution": "bundler", "noEmit": true,
		"strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
		"noFallthroughCasesInSwitch": true, "noImplicitOverride": true, "noImplicitReturns": true,
		"noPropertyAccessFromIndexSignature": true, "noUnusedLocals": true, "noUnusedParameters": true,
		"allowUnreachableCode": false, "allowUnusedLabels": false, "noUncheckedSideEffectImports": true,
		"verbatimModuleSyntax": true, "isolatedModules": true, "isolatedDeclarations": true,
		"declaration": true, "erasableSyntaxOnly": true, "forceConsistentCasingInFileNames": true,
		"skipLibCheck": false,
	}
}

// With returns o with the options of other on top.
func (o Options) With(other Options) Options {
	out := Options{}
	maps.Copy(out, o)
	maps.Copy(out, other)
	return out
}

// RuntimeDir returns the folder of the runtime, whose node_modules hold the tools. The test
// fails where they are not installed.
func RuntimeDir(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "..", "..", "runtime", "ts")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".bin", "tsc")); err != nil {
		t.Fatal("the TypeScript compiler is not installed: run make deps")
	}
	return dir
}

// Write writes files below a new folder, whose node_modules are the runtime's, and returns it.
// "@eventgen/client" means the runtime's sources there, if paths of [Sources] are used.
func Write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(RuntimeDir(t), "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Sources are the options under which "@eventgen/client" is the runtime's sources.
func Sources(t testing.TB) Options {
	src := filepath.Join(RuntimeDir(t), "src")
	return Options{
		"allowImportingTsExtensions": true,
		"paths": map[string][]string{
			"@eventgen/client":   {filepath.Join(src, "index.ts")},
			"@eventgen/client/*": {filepath.Join(src, "*.ts")},
		},
	}
}

var problem = regexp.MustCompile(`^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$`)

// Check compiles every .ts file below dir in one run and returns what the compiler finds.
func Check(t testing.TB, dir string, options Options) []Problem {
	t.Helper()
	config, err := json.Marshal(map[string]any{
		"compilerOptions": options,
		"include":         []string{"**/*.ts"},
		"exclude":         []string{"node_modules"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tsconfig.json"), config, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(RuntimeDir(t), "node_modules", ".bin", "tsc"), "-p", ".", "--pretty", "false")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var found []Problem
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\r\n")
		if m := problem.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[2])
			found = append(found, Problem{File: filepath.ToSlash(m[1]), Line: n, Code: m[3], Message: m[4]})
		} else if len(found) > 0 && strings.HasPrefix(line, " ") {
			found[len(found)-1].Message += "\n" + line
		}
	}
	if err != nil && len(found) == 0 {
		t.Fatalf("tsc: %v\n%s", err, out)
	}
	return found
}
