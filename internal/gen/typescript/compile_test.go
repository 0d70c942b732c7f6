package typescript

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/typescript/tsctest"
	"github.com/eventgen/eventgen/internal/ir"
)

// generate renders m and returns the files by their path below the output folder.
func generate(t *testing.T, m *ir.Model, o Options) map[string]string {
	t.Helper()
	o.Dir = filepath.FromSlash("/out")
	files, diags := Generate(m, m.Contracts(), o)
	for _, d := range diags {
		t.Errorf("%s: %s", d.Code, d.Message)
	}
	out := map[string]string{}
	for _, f := range files {
		rel, err := filepath.Rel(o.Dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.ToSlash(rel)] = string(f.Content)
	}
	return out
}

func under(folder string, files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		out[folder+"/"+name] = text
	}
	return out
}

func report(t *testing.T, problems []tsctest.Problem) {
	t.Helper()
	for _, p := range problems {
		t.Errorf("%s:%d: %s: %s", p.File, p.Line, p.Code, p.Message)
	}
}

func TestCompilesUnderEveryStrictFlag(t *testing.T) {
	files := map[string]string{}
	for name, settings := range allSettings {
		m := kitchenSink()
		m.Settings = settings
		maps.Copy(files, under(name, generate(t, m, Options{Runtime: RuntimePackage, Decoders: true, Hooks: []string{"react", "vue", "svelte", "solid"}})))
	}
	dir := tsctest.Write(t, files)
	report(t, tsctest.Check(t, dir, tsctest.Strict().With(tsctest.Sources(t))))
}

// The copy of the runtime compiles beside the output, under each way to spell imports.
func TestVendoredCompilesUnderEveryResolution(t *testing.T) {
	m := kitchenSink()
	m.Settings = allSettings["native"]
	tests := []struct {
		name, extension string
		options         tsctest.Options
	}{
		{"bundler", ExtensionNone, tsctest.Options{"module": "ESNext", "moduleResolution": "bundler"}},
		{"node", ExtensionJS, tsctest.Options{"module": "Node16", "moduleResolution": "Node16"}},
		{"nodenext", ExtensionJS, tsctest.Options{"module": "NodeNext", "moduleResolution": "NodeNext"}},
		{"bundler with js", ExtensionJS, tsctest.Options{}},
		// What create-next-app writes, and what guides to webpack with ts-loader do.
		{"next", ExtensionNone, tsctest.Options{
			"target": "ES2017", "lib": []string{"dom", "dom.iterable", "esnext"}, "module": "esnext",
			"moduleResolution": "bundler", "jsx": "preserve", "esModuleInterop": true,
			"resolveJsonModule": true, "incremental": true, "skipLibCheck": true,
		}},
		{"webpack", ExtensionNone, tsctest.Options{
			"target": "ES2022", "module": "preserve", "sourceMap": true, "noImplicitAny": true, "jsx": "react-jsx",
		}},
		{"webpack with ts", ExtensionTS, tsctest.Options{
			"module": "preserve", "moduleResolution": "bundler", "allowImportingTsExtensions": true,
		}},
		{"type stripping", ExtensionTS, tsctest.Options{
			"module": "NodeNext", "moduleResolution": "NodeNext", "allowImportingTsExtensions": true,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := generate(t, m, Options{ImportExtension: test.extension, Transports: []string{"ws", "sse", "memory"}})
			files["package.json"] = `{"type": "module"}`
			dir := tsctest.Write(t, files)
			report(t, tsctest.Check(t, dir, tsctest.Strict().With(test.options)))
		})
	}
}
