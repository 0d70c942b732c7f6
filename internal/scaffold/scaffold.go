// Package scaffold holds what "eventgen init" writes: a first package of events, or a whole small
// application.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed all:first all:app all:page all:react all:vue all:svelte all:solid all:vanilla
var sources embed.FS

// Templates are the kinds of application, by the framework of their page.
var Templates = []string{"react", "vue", "svelte", "solid", "vanilla"}

// File is a file to write. Path is relative to the directory of what it belongs to, with slashes.
type File struct {
	Path    string
	Content []byte
}

// First describes a first package of events.
type First struct {
	Package string // its name
	Path    string // its import path
	Pattern string // its directory as the go command wants it, relative to eventgen.yaml
	TS      string // directory of the TypeScript, relative to eventgen.yaml
}

// Files returns the package's files, relative to its directory, and the text of eventgen.yaml.
func (f First) Files() (files []File, settings []byte, err error) {
	for _, name := range []string{"events.go", "example_test.go"} {
		content, err := render("first/"+name+".tmpl", f)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, File{Path: name, Content: content})
	}
	settings, err = render("first/eventgen.yaml.tmpl", f)
	return files, settings, err
}

// App describes an application.
type App struct {
	Template string // one of Templates
	Name     string // for people
	Path     string // import path of its directory
}

// Hooks is the framework that the application has hooks for; empty for none.
func (a App) Hooks() string {
	if a.Template == "vanilla" {
		return ""
	}
	return a.Template
}

// Framework is the name of the framework for people.
func (a App) Framework() string {
	if a.Template == "vanilla" {
		return "TypeScript"
	}
	return strings.ToUpper(a.Template[:1]) + a.Template[1:]
}

// Page is the file in web/src that shows the events.
func (a App) Page() string {
	return map[string]string{"react": "App.tsx", "vue": "App.vue", "svelte": "App.svelte", "solid": "App.tsx", "vanilla": "app.ts"}[a.Template]
}

// MainExt is the extension of the page's first file.
func (a App) MainExt() string {
	if path.Ext(a.Page()) == ".tsx" {
		return "tsx"
	}
	return "ts"
}

// Files returns the application's files, relative to its directory.
func (a App) Files() ([]File, error) {
	var files []File
	for _, source := range []string{"app", "page", a.Template} {
		target := "web"
		if source == "app" {
			target = "."
		}
		err := fs.WalkDir(sources, source, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := render(name, a)
			files = append(files, File{Path: path.Join(target, placed(strings.TrimPrefix(name, source+"/"))), Content: content})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// placed is the path of a rendered file. Files with a leading dot are stored without it.
func placed(name string) string {
	name = strings.TrimSuffix(name, ".tmpl")
	if name == "air.toml" || name == "gitignore" {
		return "." + name
	}
	return name
}

// render returns a stored file, filled in if it is a template.
func render(name string, data any) ([]byte, error) {
	text, err := sources.ReadFile(name)
	if err != nil || !strings.HasSuffix(name, ".tmpl") {
		return text, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".go.tmpl") {
		return out.Bytes(), nil
	}
	source, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return source, nil
}
