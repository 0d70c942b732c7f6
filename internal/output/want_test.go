package output

import "github.com/eventgen/eventgen/internal/gen"

// Want is what the disk should hold.
type Want struct {
	Dirs   []string
	Files  []gen.File
	Former []string
}

// NewPlan compares all of it with the disk.
func NewPlan(out Want) (*Plan, error) {
	p := NewPlanner(out.Dirs, out.Former)
	p.Add(out.Files...)
	return p.Plan()
}
