package typescript

import (
	"cmp"
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

func (p *program) decodersFile() string { return "" }
func (p *program) sortByName() {
	slices.SortFunc(p.sorted, func(a, b *ir.Decl) int { return cmp.Compare(p.names[a.ID], p.names[b.ID]) })
}
