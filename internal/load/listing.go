package load

import (
	"encoding/json"
	"os"
	"slices"
)

// listing is what the go command has said of the packages of a run. It holds as long as
// [Snapshot.Listing] does: to ask again is much of a run's time.
type listing struct {
	Packages []*listed
	// Exports are those of the standard library. What other modules compile to may depend on source
	// that is edited here.
	Exports []*exported
}

// known returns the listing of an earlier run; nil without one that still holds.
func (o *Options) known() *listing {
	l := new(listing)
	if len(o.Known) == 0 || json.Unmarshal(o.Known, l) != nil {
		return nil
	}
	for _, e := range l.Exports {
		if _, err := os.Stat(e.Export); err != nil {
			return nil // the build cache does not keep things for ever
		}
	}
	for _, p := range l.Packages {
		if p.Module != nil && !p.Module.Main {
			if _, err := os.Stat(p.Dir); err != nil {
				return nil // nor is the module cache kept
			}
		}
	}
	return l
}

// learn keeps what the go command has said, unless it has complained.
func (p *Program) learn() {
	if p.opts.Learned == nil || slices.ContainsFunc(p.listed, func(l *listed) bool { return l.Error != nil }) {
		return
	}
	l := listing{Packages: p.listed}
	for path, e := range p.exports {
		if of := p.byPath[path]; of != nil && of.Standard && e.Export != "" {
			l.Exports = append(l.Exports, e)
		}
	}
	if text, err := json.Marshal(l); err == nil {
		p.opts.Learned(text)
	}
}
