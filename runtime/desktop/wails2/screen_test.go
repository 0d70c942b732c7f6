//go:build !desktop

package wails2

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/eventgen/eventgen/internal/testing/screen"
)

// TestInAWindow runs the tests of window_test.go in a real window of WebKitGTK.
func TestInAWindow(t *testing.T) {
	screen.Need(t)
	esbuild := filepath.Join("..", "..", "ts", "node_modules", ".bin", "esbuild")
	if _, err := os.Stat(esbuild); err != nil {
		t.Skip("NOT RUN: runtime/ts has no node_modules; \"make deps\" installs them")
	}
	built := filepath.Join("testdata", "built")
	if err := os.MkdirAll(built, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(built) })
	bundle := exec.CommandContext(t.Context(), esbuild, "testdata/page/page.ts", "--bundle", "--format=esm", "--log-level=warning", "--outfile="+filepath.Join(built, "page.js"))
	if out, err := bundle.CombinedOutput(); err != nil {
		t.Fatalf("esbuild: %v\n%s", err, out)
	}
	html := `<!doctype html><html><head><meta charset="utf-8"><title>wails2</title></head><body><script type="module" src="page.js"></script></body></html>`
	if err := os.WriteFile(filepath.Join(built, "index.html"), []byte(html), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := exec.CommandContext(t.Context(), "go", "test", "-race", "-count=1", "-v", "-tags", screen.Tags, "-run", "^TestWindow", ".")
	tests.Env = screen.Open(t)
	out, err := tests.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
