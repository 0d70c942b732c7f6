package diag

// Code names a kind of diagnostic. Codes are stable: they appear in output, in
// docs/diagnostics.md and as rules of //eventgen:allow.
type Code string
