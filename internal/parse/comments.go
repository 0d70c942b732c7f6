package parse

import (
	"go/ast"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// docText turns comments into documentation: without directives, and with the paragraph that
// begins with "Deprecated:" apart.
func docText(groups ...*ast.CommentGroup) ir.Doc {
	var doc ir.Doc
	var kept []string
	for _, group := range groups {
		text := strings.TrimSpace(group.Text())
		if text == "" {
			continue
		}
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			if rest, ok := strings.CutPrefix(paragraph, "Deprecated:"); ok && doc.Deprecated == "" {
				doc.Deprecated = strings.Join(strings.Fields(rest), " ")
				if doc.Deprecated == "" {
					doc.Deprecated = "do not use"
				}
				continue
			}
			kept = append(kept, paragraph)
		}
	}
	doc.Text = strings.Join(kept, "\n\n")
	return doc
}
