package typescript

import (
	"strings"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/ir"
)

// docWidth is the column at which documentation is wrapped.
const docWidth = 97

// docLines returns the lines of a TSDoc comment: the text, wrapped, and the block tags behind it.
// indent is the column that the comment starts in.
func docLines(indent int, paragraphs []string, deprecated string) []string {
	width := docWidth - indent - len(" * ")
	var lines []string
	for _, p := range paragraphs {
		if p = strings.Trim(p, "\n"); p == "" {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, wrapText(escapeDoc(p), width)...)
	}
	if deprecated != "" {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, wrapText("@deprecated "+escapeDoc(strings.Join(strings.Fields(deprecated), " ")), width)...)
	}
	return lines
}

// memberDoc returns the lines for the documentation of a member of a Go declaration.
func memberDoc(d ir.Doc) []string {
	return docLines(2, []string{d.Text}, d.Deprecated)
}

// docComment renders lines as a comment, without the newline behind it; "" for none.
func docComment(lines []string, indent string) string {
	if len(lines) == 0 {
		return ""
	}
	if len(lines) == 1 && len(indent)+utf8.RuneCountInString(lines[0])+len("/**  */") <= docWidth+3 {
		return indent + "/** " + lines[0] + " */"
	}
	var b strings.Builder
	b.WriteString(indent + "/**\n")
	for _, l := range lines {
		b.WriteString(strings.TrimRight(indent+" * "+l, " ") + "\n")
	}
	b.WriteString(indent + " */")
	return b.String()
}

// escapeDoc makes text safe inside a comment, and keeps tools from reading tags into it: in
// TSDoc an @ begins one at the start of a word and in braces.
func escapeDoc(text string) string {
	var b strings.Builder
	prev := rune('\n')
	for _, r := range text {
		switch {
		case r == '/' && prev == '*':
			b.WriteString(`\/`)
		case r == '@' && strings.ContainsRune(" \t\n({", prev):
			b.WriteString(`\@`)
		case r == '\r':
		case r != '\n' && r != '\t' && (r < 0x20 || r == 0x7f) || invisible(r) && r != '\u200d':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

// wrapText wraps the paragraphs of text that are wider than width; lists, code and what fits
// already keep their lines.
func wrapText(text string, width int) []string {
	var out, paragraph []string
	flush := func() {
		out = append(out, reflow(paragraph, width)...)
		paragraph = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\n")
		switch {
		case line == "":
			flush()
			out = append(out, "")
		case preformatted(line):
			flush()
			out = append(out, strings.ReplaceAll(line, "\t", "    "))
		default:
			paragraph = append(paragraph, line)
		}
	}
	flush()
	return out
}

// preformatted reports whether go/doc shows a line as it is: code, list items and headings.
func preformatted(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") ||
		strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "# ")
}

// reflow fills the lines of one paragraph if any of them is too wide.
func reflow(lines []string, width int) []string {
	fits := true
	for _, l := range lines {
		fits = fits && utf8.RuneCountInString(l) <= width
	}
	if fits {
		return lines
	}
	var out []string
	var line string
	for word := range strings.FieldsSeq(strings.Join(lines, " ")) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			out = append(out, line)
			line = word
		}
	}
	return append(out, line)
}
