package measure

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Table is a Markdown table. The first column is text, the others are figures.
type Table struct {
	head []string
	rows [][]string
}

// NewTable returns a table with these column heads.
func NewTable(head ...string) *Table { return &Table{head: head} }

// Row adds a row. Figures are printed with three significant digits, NaN as a dash; everything
// else as fmt prints it.
func (t *Table) Row(cells ...any) {
	row := make([]string, len(t.head))
	for i := range row {
		if i >= len(cells) {
			continue
		}
		if f, ok := cells[i].(float64); ok {
			row[i] = Figure(f)
		} else {
			row[i] = fmt.Sprint(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// String returns the table with aligned columns.
func (t *Table) String() string {
	width := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	line := func(cells []string) {
		for i, cell := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("| " + cell + pad + " |")
			} else {
				b.WriteString(" " + pad + cell + " |")
			}
		}
		b.WriteByte('\n')
	}
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		if rule[i] = strings.Repeat("-", width[i]); i > 0 {
			rule[i] = rule[i][1:] + ":"
		}
	}
	line(rule)
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// Figure prints a number with three significant digits, without an exponent. NaN is a dash.
func Figure(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "-"
	}
	if f == 0 {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(f))))
	s := fmt.Sprintf("%.*f", max(digits, 0), f)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Ratio prints a/b as a factor, a dash if either is missing.
func Ratio(a, b float64) string {
	if f := Figure(a / b); f != "-" {
		return f + "x"
	}
	return "-"
}
