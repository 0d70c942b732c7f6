package golang

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// comment writes text as a comment of its own lines.
func (g *pkg) comment(text string) { writeComment(g.file, text) }

// writeComment writes text line by line. Every line gets its slashes here: text from a user's
// documentation may itself begin with a comment mark, which jennifer would take for one.
func writeComment(group *jen.Group, text string) {
	for line := range strings.Lines(text) {
		group.Comment(strings.TrimRight("// "+line, " \t\r\n"))
	}
}

// docComment writes the documentation of a generated declaration: a sentence that starts with
// its name, the event's own text if wanted, and the deprecation.
func (g *pkg) docComment(sentence string, doc ir.Doc, withText bool) {
	text := sentence
	if withText && doc.Text != "" {
		text += "\n\n" + doc.Text
	}
	if doc.Deprecated != "" {
		text += "\n\nDeprecated: " + doc.Deprecated
	}
	g.comment(text)
}
