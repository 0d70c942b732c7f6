package compat

import (
	"fmt"
	"go/token"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// union compares the variants of two unions.
func (c *comparison) union(at place, o, n *ir.Form) {
	name := n.Decl.Go.Name
	at = at.at("type "+goID(n.Decl), "union "+name, n.Decl.Pos, n.Decl.Allow)
	if was, is := tagging(o.Union), tagging(n.Union); was != is {
		c.report(at, diag.UnionTagChanged, wireTS, fmt.Sprintf("%s was tagged with %s and is tagged with %s now", at.subject, was, is),
			"keep //eventgen:union as it was")
	}
	oldVariants, newVariants := variants(o), variants(n)
	taken := map[string]bool{} // new names of renamed variants
	for _, v := range o.Variants {
		at := at
		if now, ok := newVariants[v.Variant.Name]; ok {
			at.subject = fmt.Sprintf("variant %q of %s", v.Variant.Name, name)
			c.slot(at, v.Slot, now.Slot)
			continue
		}
		if now := c.renamedVariant(v, n, oldVariants); now != nil {
			taken[now.Variant.Name] = true
			to := at.at(at.key, at.subject, now.Variant.Pos, append(declAllow(*now), at.allow...)...)
			c.report(to, diag.VariantRenamed, wireTS, fmt.Sprintf("variant %q of %s is called %q now", v.Variant.Name, name, now.Variant.Name),
				"write //eventgen:variant name="+v.Variant.Name+" on its type")
			to.subject = fmt.Sprintf("variant %q of %s", now.Variant.Name, name)
			c.slot(to, v.Slot, now.Slot)
			continue
		}
		levels := tsOnly
		if !at.receive {
			levels, at.note = wireTS, ", and the server refuses it"
		}
		if v.Decl != nil && token.IsExported(v.Decl.Go.Name) {
			levels = append(levels[:len(levels):len(levels)], Go) // Go has no such value of the interface
		}
		c.report(at, diag.VariantRemoved, levels, fmt.Sprintf("variant %q of %s is gone", v.Variant.Name, name), "keep the variant and deprecate it")
	}
	if !at.receive {
		return
	}
	for _, v := range n.Variants {
		if _, ok := oldVariants[v.Variant.Name]; !ok && !taken[v.Variant.Name] {
			c.report(at.at(at.key, at.subject, v.Variant.Pos, append(declAllow(v), at.allow...)...), diag.VariantAdded, wireTS, fmt.Sprintf("%s has the variant %q now, which pages do not expect", name, v.Variant.Name),
				"give every match… its case for the unknown, and emit the variant only after pages know it")
		}
	}
}

func tagging(u *ir.Union) string {
	if u.Content == "" {
		return fmt.Sprintf("%q beside the payload's own properties", u.Tag)
	}
	return fmt.Sprintf("%q and the payload under %q", u.Tag, u.Content)
}

// declAllow returns the directives on a variant's type, where findings about the variant point.
func declAllow(v ir.FormVariant) [][]ir.Allow {
	if v.Decl == nil {
		return nil
	}
	return [][]ir.Allow{v.Decl.Allow}
}

func variants(f *ir.Form) map[string]ir.FormVariant {
	out := make(map[string]ir.FormVariant, len(f.Variants))
	for _, v := range f.Variants {
		out[v.Variant.Name] = v
	}
	return out
}

// renamedVariant returns the variant of n that is v's type under a new tag value, or nil.
func (c *comparison) renamedVariant(v ir.FormVariant, n *ir.Form, oldVariants map[string]ir.FormVariant) *ir.FormVariant {
	for i, now := range n.Variants {
		if _, existed := oldVariants[now.Variant.Name]; existed || v.Decl == nil || now.Decl == nil {
			continue
		}
		if goID(v.Decl) == goID(now.Decl) || v.Decl.Go.Path != now.Decl.Go.Path && v.Decl.Go.Name == now.Decl.Go.Name {
			return &n.Variants[i]
		}
	}
	return nil
}
