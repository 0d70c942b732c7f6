package diag

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Relative returns a copy of the list whose files are named relative to dir, with slashes, as
// JSON output has them. Files that are further from dir than from the root stay absolute.
func (l List) Relative(dir string) List {
	out := slices.Clone(l)
	for i := range out {
		out[i].Pos.File = Shorten(out[i].Pos.File, dir)
		out[i].Related = slices.Clone(out[i].Related)
		for j := range out[i].Related {
			pos := &out[i].Related[j].Pos
			pos.File = Shorten(pos.File, dir)
		}
	}
	return out
}

// Shorten returns path relative to dir, if that is shorter, with slashes.
func Shorten(path, dir string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && path != "" && len(rel) < len(path) {
		path = rel
	}
	return filepath.ToSlash(path)
}

// WriteText prints the list for people: place, message and code on a line, then the source with a
// caret, the hint and the related places. Files are named relative to dir.
func (l List) WriteText(w io.Writer, dir string) error {
	p := &textPrinter{dir: dir, sources: map[string][]string{}}
	for _, d := range l {
		p.diagnostic(d)
	}
	_, err := w.Write(p.Bytes())
	return err
}

type textPrinter struct {
	bytes.Buffer
	dir     string
	sources map[string][]string
}

func (p *textPrinter) diagnostic(d Diagnostic) {
	fmt.Fprintf(p, "%s%s: %s", p.place(d.Pos), d.Severity, d.Message)
	if d.Code != "" {
		fmt.Fprintf(p, " [%s]", d.Code)
	}
	p.WriteString("\n")
	p.excerpt(d.Pos)
	if d.Hint != "" {
		fmt.Fprintf(p, "hint: %s\n", strings.ReplaceAll(d.Hint, "\n", "\n      "))
	}
	for _, related := range d.Related {
		fmt.Fprintf(p, "%snote: %s\n", p.place(related.Pos), related.Message)
		p.excerpt(related.Pos)
	}
}

// place is the beginning of a line: file, line and column as far as they are known.
func (p *textPrinter) place(pos Pos) string {
	if !pos.IsValid() {
		return ""
	}
	text := Shorten(pos.File, p.dir)
	for _, n := range []int{pos.Line, pos.Column} {
		if n == 0 {
			break
		}
		text += ":" + strconv.Itoa(n)
	}
	return text + ": "
}

// excerpt prints the line at pos with a caret below.
func (p *textPrinter) excerpt(pos Pos) {
	lines := p.source(pos.File)
	if pos.Line < 1 || pos.Line > len(lines) || pos.Column < 1 {
		return
	}
	line := strings.TrimRight(lines[pos.Line-1], "\r")
	if pos.Column > len(line)+1 || strings.TrimSpace(line) == "" {
		return
	}
	before := line[:pos.Column-1]
	mark := "^"
	if pos.EndColumn > pos.Column && pos.EndColumn <= len(line)+1 {
		mark += strings.Repeat("~", len([]rune(line[pos.Column-1:pos.EndColumn-1]))-1)
	}
	blank := func(r rune) rune {
		if r == '\t' {
			return r // as wide as the one above
		}
		return ' '
	}
	fmt.Fprintf(p, "    %s\n    %s%s\n", line, strings.Map(blank, before), mark)
}

func (p *textPrinter) source(file string) []string {
	if file == "" {
		return nil
	}
	lines, known := p.sources[file]
	if !known {
		if text, err := os.ReadFile(file); err == nil {
			lines = strings.Split(string(text), "\n")
		}
		p.sources[file] = lines
	}
	return lines
}

// WriteGitHub prints the list as workflow commands, which GitHub shows at the lines of a pull
// request. Files are named relative to dir, the root of the checkout.
func (l List) WriteGitHub(w io.Writer, dir string) error {
	var out bytes.Buffer
	for _, d := range l.Relative(dir) {
		properties := []string{}
		property := func(name, value string) {
			properties = append(properties, name+"="+githubProperty.Replace(value))
		}
		if d.Pos.IsValid() {
			property("file", d.Pos.File)
		}
		for _, n := range []struct {
			name  string
			value int
		}{{"line", d.Pos.Line}, {"col", d.Pos.Column}, {"endColumn", d.Pos.EndColumn}} {
			if n.value > 0 {
				property(n.name, strconv.Itoa(n.value))
			}
		}
		if d.Code != "" {
			property("title", string(d.Code))
		}
		message := d.Message
		if d.Hint != "" {
			message += "\nhint: " + d.Hint
		}
		for _, related := range d.Related {
			message += fmt.Sprintf("\n%s:%d:%d: %s", related.Pos.File, related.Pos.Line, related.Pos.Column, related.Message)
		}
		fmt.Fprintf(&out, "::%s %s::%s\n", d.Severity, strings.Join(properties, ","), githubMessage.Replace(message))
	}
	_, err := w.Write(out.Bytes())
	return err
}

// What a workflow command cannot hold as it is.
var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
