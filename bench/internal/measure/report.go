package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Report is one section of README.md.
type Report struct{ text strings.Builder }

// Text adds a paragraph.
func (r *Report) Text(format string, args ...any) {
	fmt.Fprintf(&r.text, format+"\n\n", args...)
}

// Table adds a table.
func (r *Report) Table(t *Table) { r.text.WriteString(t.String() + "\n") }

// Publish prints the section of a command, or with write replaces it in README.md. How says how the figures
// came about.
func (r *Report) Publish(section, how string, write bool) error {
	text := fmt.Sprintf("`go run -C bench ./%s`: %s, %d cores of %s, %s, %s/%s.\n\n%s\n", section, how,
		runtime.NumCPU(), cpuModel(), runtime.Version(), runtime.GOOS, runtime.GOARCH, strings.TrimRight(r.text.String(), "\n"))
	if write {
		return replaceSection("README.md", section, text)
	}
	_, err := os.Stdout.WriteString(text)
	return err
}

func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "an unnamed processor"
}

// replaceSection puts text between the two marks of a section of a Markdown file.
func replaceSection(path, section, text string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no %s here: run this in the bench directory (go run -C bench ./%s)", path, section)
	}
	if err != nil {
		return err
	}
	begin, end := fmt.Appendf(nil, "<!-- begin %s -->\n", section), fmt.Appendf(nil, "<!-- end %s -->\n", section)
	head, rest, ok := bytes.Cut(old, begin)
	if !ok {
		return fmt.Errorf("%s has no line %q", path, bytes.TrimSpace(begin))
	}
	_, tail, ok := bytes.Cut(rest, end)
	if !ok {
		return fmt.Errorf("%s has no line %q after the one that begins the section", path, bytes.TrimSpace(end))
	}
	return os.WriteFile(path, bytes.Join([][]byte{head, begin, []byte(text), end, tail}, nil), 0o644)
}
