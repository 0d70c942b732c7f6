package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// size is one synthetic module.
type size struct {
	packages, structs int
	heavy             bool // every package imports net/http and friends
}

func (s size) String() string {
	name := fmt.Sprintf("%dx%d", s.packages, s.structs)
	if s.heavy {
		name += " net/http"
	}
	return name
}

const modulePath = "example.com/app"

// write makes the module in dir. Every tenth struct of a package is an event whose payload
// reaches the nine after it.
func (s size) write(dir, mod string) error {
	files := map[string]string{"go.mod": mod}
	for p := range s.packages {
		files[fmt.Sprintf("p%d/types.go", p)] = s.source(p)
	}
	return writeFiles(dir, files)
}

func (s size) source(p int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Package p%d declares events.\npackage p%d\n\nimport (\n", p, p)
	if s.heavy {
		b.WriteString("\t\"crypto/tls\"\n\t\"database/sql\"\n\t\"encoding/xml\"\n\t\"html/template\"\n\t\"net/http\"\n")
	}
	b.WriteString("\t\"time\"\n")
	if p > 0 {
		fmt.Fprintf(&b, "\n\t\"%s/p0\"\n", modulePath)
	}
	b.WriteString(")\n")
	for i := range s.structs {
		name := fmt.Sprintf("Struct%dOf%d", i, p)
		fmt.Fprintf(&b, "\n// %s is number %d of its package.\n", name, i)
		if i%10 == 0 {
			fmt.Fprintf(&b, "//\n//eventgen:event p%d:struct-%d\n", p, i)
		}
		fmt.Fprintf(&b, "type %s struct {\n", name)
		b.WriteString("\tID string `json:\"id\"` // unique\n\tCount int `json:\"count\"`\n\tRatio float64 `json:\"ratio,omitempty\"`\n\tOK bool `json:\"ok\"`\n" +
			"\tTags []string `json:\"tags\"`\n\tSizes map[string]int `json:\"sizes\"`\n\tAt time.Time `json:\"at\"`\n\tNote *string `json:\"note,omitempty\"`\n")
		if i%10 == 0 {
			for k := i + 1; k < min(i+10, s.structs); k++ {
				fmt.Fprintf(&b, "\tPart%d Struct%dOf%d `json:\"part_%d\"`\n", k, k, p, k)
			}
		}
		if p > 0 && i%10 == 1 {
			fmt.Fprintf(&b, "\tOther *p0.Struct%dOf0 `json:\"other\"`\n", i)
		}
		b.WriteString("}\n")
	}
	b.WriteString("\n// Work has a body.\nfunc Work() time.Time {\n\ttotal := time.Duration(0)\n\tfor i := range 100 {\n\t\ttotal += time.Duration(i)\n\t}\n\treturn time.Now().Add(total)\n}\n")
	if s.heavy {
		b.WriteString("\n// Serve uses what is imported.\nfunc Serve(w http.ResponseWriter, r *http.Request, db *sql.DB, t *template.Template, c *tls.Config) {\n\t_ = xml.NewEncoder(w).Encode(c.ServerName)\n\t_ = db.PingContext(r.Context())\n\t_ = t.Execute(w, nil)\n}\n")
	}
	return b.String()
}

// reflector is the program that a user of typescriptify writes.
func (s size) reflector() string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"github.com/tkrajina/typescriptify-golang-structs/typescriptify\"\n\n")
	for p := range s.packages {
		fmt.Fprintf(&b, "\t\"%s/p%d\"\n", modulePath, p)
	}
	b.WriteString(")\n\nfunc main() {\n\tc := typescriptify.New().WithInterface(true).WithBackupDir(\"\")\n")
	for p := range s.packages {
		for i := range s.structs {
			fmt.Fprintf(&b, "\tc.Add(p%d.Struct%dOf%d{})\n", p, i, p)
		}
	}
	b.WriteString("\tif err := c.ConvertToFile(\"out.ts\"); err != nil {\n\t\tpanic(err)\n\t}\n}\n")
	return b.String()
}

func (s size) tygoConfig() string {
	var b strings.Builder
	b.WriteString("packages:\n")
	for p := range s.packages {
		fmt.Fprintf(&b, "  - path: %s/p%d\n    output_path: out/p%d.ts\n    type_mappings:\n      time.Time: string\n", modulePath, p, p)
	}
	return b.String()
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
