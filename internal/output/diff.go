package output

import udiff "github.com/aymanbagabas/go-udiff"

// Diff returns the change as a unified diff from what is on the disk to what was generated. name
// stands for the file in it, with slashes.
func (c Change) Diff(name string) string {
	from, to := "a/"+name, "b/"+name
	switch c.Kind {
	case Create:
		from = "/dev/null"
	case Remove:
		to = "/dev/null"
	case Update:
	}
	return udiff.Unified(from, to, string(c.Old), string(c.New))
}
