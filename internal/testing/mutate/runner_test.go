package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const simple = `package m

func Add(a, b int) int { return a + b }

var Untested = true
`

func TestOutcomes(t *testing.T) {
	dir := module(t, map[string]string{
		"m.go": simple,
		"m_test.go": `package m

import "testing"

func TestAdd(t *testing.T) {
	if n := Add(2, 2); n != 4 {
		t.Fatal(n)
	}
}
`})
	status, out, err := mutate(t, "-n", "99", "-jobs", "4", ".")
	if status != someLived || err != nil {
		t.Fatalf("status %d, %v", status, err)
	}
	if want := `lived  m.go:5: the other truth value
-var Untested = true
+var Untested = false

killed by TestAdd  m.go:3: another operator
-func Add(a, b int) int { return a + b }
+func Add(a, b int) int { return a - b }

2 mutations, seed 1: 1 killed, 0 timed out, 1 lived
`; out != want {
		t.Errorf("got\n%s", out)
	}
	if _, out, err := mutate(t, "-n", "99", "-run", "TestOther", "."); err != nil || !strings.HasSuffix(out, " 0 killed, 0 timed out, 2 lived\n") {
		t.Errorf("without the test: %v\n%s", err, out)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || string(text) != simple {
		t.Errorf("%v: the file is\n%s", err, text)
	}
}

func TestTimeLimit(t *testing.T) {
	module(t, map[string]string{
		"m.go": "package m\n\nvar hangs = false\n",
		"m_test.go": `package m

import "testing"

func TestHangs(t *testing.T) {
	for hangs {
	}
}
`})
	status, out, err := mutate(t, "-limit", "3s", ".")
	if status != allDied || err != nil || !strings.HasPrefix(out, "timed out  m.go:3:") {
		t.Errorf("status %d, %v:\n%s", status, err, out)
	}
}

// What the package's own tests let live, others may kill.
func TestOtherTests(t *testing.T) {
	module(t, map[string]string{
		"a/a.go": "package a\n\nconst C = true\n",
		"b/b.go": "package b\n\nimport \"example.test/m/a\"\n\nconst D = a.C\n",
		"c/c_test.go": `package c

import (
	"testing"

	"example.test/m/b"
)

func TestC(t *testing.T) {
	if !b.D {
		t.Fatal("it is false")
	}
}
`,
		"other/go.mod": "module example.test/other\n\ngo 1.26\n\nrequire example.test/m v0.0.0\n\nreplace example.test/m => ../\n",
		"other/o_test.go": `package other

import (
	"os/exec"
	"testing"
)

func TestOther(t *testing.T) {
	if err := exec.Command("go", "run", "./print").Run(); err != nil {
		t.Fatal(err)
	}
}
`,
		"other/print/main.go": `package main

import (
	"os"

	"example.test/m/a"
)

func main() {
	if !a.C {
		os.Exit(1)
	}
}
`,
	})
	for args, want := range map[string]string{
		"":                "lived  a/a.go:3",
		"-dependents":     "killed by TestC  a/a.go:3",
		"-tests=./b":      "lived  a/a.go:3",
		"-tests=./b ./c":  "killed by TestC  a/a.go:3",
		"-tests=other:./": "killed by TestOther  a/a.go:3", // the go command that a test runs sees the mutation too
	} {
		all := []string{"./a"}
		if args != "" {
			all = []string{args, "./a"}
		}
		if _, out, err := mutate(t, all...); err != nil || !strings.HasPrefix(out, want) {
			t.Errorf("%q: %v, got\n%s", args, err, out)
		}
	}
}

func TestNothingCanBeTried(t *testing.T) {
	module(t, map[string]string{
		"broken/b.go":       "package broken\n\nconst c int = true\n",
		"empty/e.go":        "package empty\n",
		"failing/f.go":      "package failing\n\nconst c = 1\n",
		"failing/f_test.go": "package failing\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) { t.Fatal() }\n",
	})
	for args, want := range map[string]string{
		"./broken":             "broken",
		"./empty":              "nothing to mutate",
		"./failing":            "the tests fail without a mutation: TestF",
		"./none":               "go list",
		"":                     "name the packages",
		"-n=0 ./failing":       "must be positive",
		"-limit=-1s ./failing": "not negative",
		"-unknown ./x":         "not defined",
	} {
		status, out, err := mutate(t, strings.Fields(args)...)
		if status != broken || err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%q: status %d, %v\n%s", args, status, err, out)
		}
	}
}

func TestFirstFailure(t *testing.T) {
	for output, want := range map[string]string{
		"--- FAIL: TestA (0.00s)\n    a_test.go:3: no\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\texample.test/a\t0.01s\n": "TestA",
		"panic: boom\n\ngoroutine 7 [running]:\nexample.test/a.TestP.func1()\nFAIL\texample.test/a\t0.01s\n":         "a panic in TestP",
		"fatal error: all goroutines are asleep\nexample.test/a.FuzzX(0x1)\nFAIL\texample.test/a\t0.01s\n":           "a panic in FuzzX",
		"# example.test/a\na.go:3: no\nFAIL\texample.test/a [build failed]\nFAIL\n":                                  "example.test/a [build failed]",
		"go: no such tool\n": "the go command: go: no such tool",
	} {
		if got := firstFailure(output); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
