package guarantees

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCheck(t *testing.T) {
	const doc = "// Package p promises.\n//\n//  1. One.\n//  2. Two.\n//  10. Three.\npackage p\n"
	const one = `
func TestGuarantee01Direct(t *testing.T) { t.Run("", func(t *testing.T) { t.Error("no") }) }
func TestGuarantee02Helper(t *testing.T) { check[int](t) }
func check[T any](t *testing.T) { other{}.must(t, nil) }
type other struct{}
func (other) must(t *testing.T, err error) { if err != nil { t.Fatal(err) } }
`
	for name, c := range map[string]struct {
		doc, tests string
		want       []string
	}{
		"none": {"package p\n", one, []string{"there are no guarantees"}},
		"all": {
			doc, one + "func TestGuarantee03(t *testing.T) { t.Fail() }\n", []string{"guarantee 3 is numbered 10"},
		},
		"missing": {
			doc, one + "func TestGuarantee030(t *testing.T) { t.Fail() }\n",
			[]string{"guarantee 3 is numbered 10", "guarantee 3 has no test"},
		},
		"cannot fail": {
			doc, one + `
func TestGuarantee03Idle(t *testing.T) { err := fmt.Errorf("x"); t.Log(err.Error()); again(t) }
func again(t *testing.T) { again(t) }
`,
			[]string{"guarantee 3 is numbered 10", "TestGuarantee03Idle cannot fail"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			err := errors.Join(os.WriteFile(filepath.Join(dir, "doc.go"), []byte(c.doc), 0o644),
				os.WriteFile(filepath.Join(dir, "p_test.go"), []byte("package p\n\nimport \"testing\"\n"+c.tests), 0o644))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := check(dir); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
	first, two := t.TempDir(), t.TempDir()
	for dir, text := range map[string]string{first: "//  1. One.\n//  3. Three.\npackage p\n", two: "//  2. Two.\npackage p\n"} {
		if err := os.WriteFile(filepath.Join(dir, "doc.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(first, "p_test.go"), []byte("package p\n"+one), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := check(first, two); err != nil || !slices.Equal(got, []string{"guarantee 3 has no test"}) {
		t.Errorf("two packages: got %q, %v", got, err)
	}
	if _, err := check(t.TempDir()); err == nil {
		t.Error("a package without doc.go passes")
	}
}
