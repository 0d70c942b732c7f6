package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writers may change what is on the disk: output, and its guest, the temporary tree of an older
// revision. What makes releases and what tests the generator is no part of a run.
var writers = []string{"internal/output", "internal/vcs", "internal/release", "internal/testing", "internal/gen/typescript/tsctest"}

// changes are the functions of package os that change the disk.
var changes = []string{
	"Chmod", "Chown", "Chtimes", "CopyFS", "Create", "CreateTemp", "Lchown", "Link", "Mkdir", "MkdirAll", "MkdirTemp",
	"OpenFile", "OpenRoot", "Remove", "RemoveAll", "Rename", "Symlink", "Truncate", "WriteFile",
}

// TestDisk: one package of the generator changes the disk.
func TestDisk(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			calls := diskCalls(t, path)
			if slices.ContainsFunc(writers, func(dir string) bool { return below(filepath.ToSlash(rel), dir) }) {
				found += len(calls)
				return nil
			}
			for _, call := range calls {
				t.Errorf("%s calls %s: only internal/output changes the disk", rel, call)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Error("nothing is found to change the disk, not even in internal/output")
	}
}

// diskCalls returns the uses of what changes the disk in a file.
func diskCalls(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(changes, s.Sel.Name) {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "os" {
				found = append(found, "os."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}
