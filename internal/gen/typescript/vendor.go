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
		for _, m := range relativeImport.FindAllSubmatch(content, -1) {
			todo = append(todo, path.Join(path.Dir(name), string(m[2])+".ts"))
		}
		out = append(out, gen.File{
			Path:    filepath.Join(p.options.Dir, clientFolder, filepath.FromSlash(name)),
			Content: p.vendored(content),
		})
	}
	return out
}

// vendored is a file of the runtime as it stands in the output.
func (p *program) vendored(content []byte) []byte {
	content = relativeImport.ReplaceAll(content, []byte("${1}'${2}"+p.extension()+"'"))
	head := []byte(gen.Header + "\n/* eslint-disable */\n")
	return slices.Concat(head, bytes.TrimLeft(content, "\n"))
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
