package typescript

import (
	"strconv"
	"unicode"

	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// lowerCamel returns a Go identifier as a JavaScript variable is spelled: the capitals it begins
// with in lower case, the last of them kept where it begins a word.
//
//	DownloadProgress  downloadProgress
//	HTTPError         httpError
//	ID                id
//	IDsChanged        idsChanged
func lowerCamel(s string) string {
	runes := []rune(s)
	n := 0
	for n < len(runes) && unicode.IsUpper(runes[n]) {
		n++
	}
	if n > 1 && n < len(runes) && unicode.IsLower(runes[n]) && !isPlural(runes[n:]) {
		n--
	}
	for i := range n {
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

// isPlural reports whether what follows an initialism is the s of its plural.
func isPlural(rest []rune) bool {
	return rest[0] == 's' && (len(rest) == 1 || !unicode.IsLower(rest[1]))
}

// descriptorName is the constant that describes an event. Its ending leaves the name without it to
// the page, as in const progress = useProgress().
func descriptorName(stem string) string { return lowerCamel(stem) + "Event" }

// typeParams names the type parameters of a declaration: the Go name in upper case, unless it
// means something else here.
func typeParams(params []*ir.Param, taken func(string) bool) map[string]string {
	out := make(map[string]string, len(params))
	used := map[string]bool{}
	for _, p := range params {
		out[p.Name] = fresh(naming.UpperFirst(p.Name), func(s string) bool { return used[s] || taken(s) || reservedTypes[s] })
		used[out[p.Name]] = true
	}
	return out
}

// fresh returns base, or the first of base2, base3 … that is not taken. Only for names that
// nobody outside the declaration sees.
func fresh(base string, taken func(string) bool) string {
	name := base
	for i := 2; taken(name); i++ {
		name = base + strconv.Itoa(i)
	}
	return name
}

// local names a parameter of a generated function: base, unless a constant or function of the
// output has that name, which the parameter would hide.
func (p *program) local(base string) string {
	return fresh(base, func(s string) bool {
		_, taken := p.bound[s]
		return taken
	})
}

// resultParams names n type parameters for the results of a union's cases: A, B, C and so on.
// F is the one of the unknown case.
func resultParams(n int, taken func(string) bool) []string {
	used := map[string]bool{"F": true}
	out := make([]string, 0, n)
	for i := 0; len(out) < n; i++ {
		name := string(rune('A' + i%26))
		if i >= 26 {
			name += strconv.Itoa(i / 26)
		}
		if !used[name] && !taken(name) {
			out = append(out, name)
		}
	}
	return out
}
