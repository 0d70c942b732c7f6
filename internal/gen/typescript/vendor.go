package typescript

import (
	"bytes"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/eventgen/eventgen/internal/gen"
	ts "github.com/eventgen/eventgen/runtime/ts"
)

// clientFolder is where the copy of the runtime lies in the output folder.
const clientFolder = "client"

// relativeImport is an import of a sibling in the runtime's sources, which name files in full.
var relativeImport = regexp.MustCompile(`((?:\bfrom|\bimport)\s*\(?\s*)'(\.{1,2}/[^']+)\.ts'`)

// runtimeFiles copies the runtime's core and the entry points in use, with all that they import.
func (p *program) runtimeFiles(entries []string) []gen.File {
	src, err := fs.Sub(ts.Src, "src")
	if err != nil {
		panic("typescript: " + err.Error()) // the name is a constant and valid
	}
	todo := append([]string{"index.ts"}, entries...)
	seen := map[string]bool{}
	var out []gen.File
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		content, err := fs.ReadFile(src, name)
		if err != nil {
			panic("typescript: " + err.Error()) // embedded, and its imports are checked by a test
		}
		vendored, imports := p.vendored(content)
		for _, sibling := range imports {
			todo = append(todo, path.Join(path.Dir(name), sibling))
		}
		out = append(out, gen.File{
			Path:    filepath.Join(p.options.Dir, clientFolder, filepath.FromSlash(name)),
			Content: vendored,
		})
	}
	return out
}

// vendored returns a file of the runtime as it stands in the output, and the siblings that it
// imports.
func (p *program) vendored(content []byte) (out []byte, imports []string) {
	replacement := []byte("${1}'${2}" + p.extension() + "'")
	out = append(make([]byte, 0, len(content)+256), header+"\n"...)
	for line := range bytes.Lines(bytes.TrimLeft(content, "\n")) {
		if bytes.Contains(line, []byte(".ts'")) { // most lines need no closer look, which takes its time
			for _, m := range relativeImport.FindAllSubmatch(line, -1) {
				imports = append(imports, string(m[2])+".ts")
			}
			line = relativeImport.ReplaceAll(line, replacement)
		}
		out = append(out, line...)
	}
	return out, imports
}

// entryPoints are the files of the runtime that the output needs beside its core.
func (p *program) entryPoints(decodes bool) []string {
	var out []string
	for _, name := range slices.Concat(p.options.Transports, p.options.Hooks) {
		out = append(out, name+".ts")
	}
	if decodes {
		out = append(out, "decode.ts")
	}
	return out
}
