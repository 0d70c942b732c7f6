package inspect_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

var update = flag.Bool("update", false, "bundle the page anew")

//go:generate go test -run TestPageIsBuilt -update

// sources are what the page is made of, beside the client.
var sources = []string{"page/inspect.ts", "page/literal.ts", "page/events/events.gen.ts", "page/events/catalog.gen.ts"}

// TestPageIsBuilt holds that what is embedded was made of the page's source as it is. The client in it may be older than
// that of the repository: examples/e2e holds that it works.
func TestPageIsBuilt(t *testing.T) {
	digest := sha256.New()
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		digest.Write(text)
	}
	header := fmt.Sprintf("// Bundled from inspect.ts by \"go generate ./runtime/inspect\". DO NOT EDIT. %x", digest.Sum(nil)[:8])
	const path = "page/inspect.js"
	if !*update {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := bytes.Cut(got, []byte("\n")); string(first) != header {
			t.Error("the page was not bundled since its source changed: go generate ./runtime/inspect")
		}
		return
	}
	ts, err := filepath.Abs("../ts/src")
	if err != nil {
		t.Fatal(err)
	}
	out := api.Build(api.BuildOptions{
		EntryPoints: []string{"page/inspect.ts"},
		Bundle:      true, Format: api.FormatESModule, Target: api.ES2023, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		Banner: map[string]string{"js": header},
		Alias: map[string]string{
			"@eventgen/client": filepath.Join(ts, "index.ts"), "@eventgen/client/ws": filepath.Join(ts, "ws.ts"), "@eventgen/client/sse": filepath.Join(ts, "sse.ts"),
		},
	})
	if len(out.Errors) > 0 {
		t.Fatal(api.FormatMessages(out.Errors, api.FormatMessagesOptions{}))
	}
	if err := os.WriteFile(path, out.OutputFiles[0].Contents, 0o644); err != nil {
		t.Fatal(err)
	}
}
