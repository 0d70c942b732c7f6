package inspect_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

var update = flag.Bool("update", false, "bundle the page anew")

//go:generate go test -run TestPageIsBuilt -update

// TestPageIsBuilt holds that what is embedded is what the page's source says.
func TestPageIsBuilt(t *testing.T) {
	ts, err := filepath.Abs("../ts/src")
	if err != nil {
		t.Fatal(err)
	}
	out := api.Build(api.BuildOptions{
		EntryPoints: []string{"page/inspect.ts"},
		Bundle:      true, Format: api.FormatESModule, Target: api.ES2023, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		Banner: map[string]string{"js": "// Bundled from inspect.ts by \"go generate ./runtime/inspect\". DO NOT EDIT."},
		Alias: map[string]string{
			"@eventgen/client": filepath.Join(ts, "index.ts"), "@eventgen/client/ws": filepath.Join(ts, "ws.ts"), "@eventgen/client/sse": filepath.Join(ts, "sse.ts"),
		},
	})
	if len(out.Errors) > 0 {
		t.Fatal(api.FormatMessages(out.Errors, api.FormatMessagesOptions{}))
	}
	const path = "page/inspect.js"
	if *update {
		if err := os.WriteFile(path, out.OutputFiles[0].Contents, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, out.OutputFiles[0].Contents) {
		t.Error("the page was not bundled since its source changed: go generate ./runtime/inspect")
	}
}
