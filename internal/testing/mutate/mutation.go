package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A mutation replaces a piece of one file.
type mutation struct {
	pkg        *goPackage
	file       *sourceFile
	start, end int // offsets in the file
	text       string
	what       string // what was done, in a few words
}

// apply returns the text of the mutated file.
func (m *mutation) apply() []byte {
	return slices.Concat(m.file.text[:m.start], []byte(m.text), m.file.text[m.end:])
}

func (m *mutation) line() int { return 1 + bytes.Count(m.file.text[:m.start], []byte("\n")) }

// String is the place, what was done, and the lines before and after.
func (m *mutation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s\n", m.file.name, m.line(), m.what)
	from := 1 + bytes.LastIndexByte(m.file.text[:m.start], '\n')
	to := len(m.file.text)
	if n := bytes.IndexByte(m.file.text[m.end:], '\n'); n >= 0 {
		to = m.end + n
	}
	lines := func(sign, text string) {
		for line := range strings.Lines(strings.TrimRight(text, "\n")) {
			if line = strings.TrimRight(line, " \t\n"); line != "" {
				fmt.Fprintf(&b, "%s%s\n", sign, line)
			}
		}
	}
	lines("-", string(m.file.text[from:to]))
	lines("+", string(m.file.text[from:m.start])+m.text+string(m.file.text[m.end:to]))
	return b.String()
}

// choose picks n mutations that compile, fewer if there are no more: every candidate is as likely
// as any other. Their order is random too, so that a run that is cut short has tried a fair part.
func choose(p *program, n int, seed uint64) ([]*mutation, error) {
	all := candidates(p)
	random := rand.New(rand.NewPCG(seed, 0))
	var chosen []*mutation
	for _, i := range random.Perm(len(all)) {
		if len(chosen) == n {
			break
		}
		if m := all[i]; p.check(m.pkg, nil, m.file, m.apply()) == nil {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("nothing to mutate: none of the %d places has a mutation that compiles", len(all))
	}
	return chosen, nil
}
