package ir

import (
	"fmt"
	"slices"
	"strings"
)

// CheckTypeScript tells what keeps the TypeScript that a user states from being one type, and
// at which byte. It knows brackets, quotes and operators, no names: that is the business of tsc.
// The problem is empty if there is none.
func CheckTypeScript(text string) (at int, problem string) {
	c := typeScanner{text: text}
	c.scan()
	return c.at, c.problem
}

// joining are the words that stand beside another word in a type.
var joining = strings.Fields("keyof typeof readonly infer extends is asserts unique new abstract in as get set")

type typeScanner struct {
	text    string
	open    []opened // brackets that are not closed yet
	last    string   // the token before, "" at the beginning
	at      int
	problem string
}

type opened struct {
	close byte
	at    int
}

func (c *typeScanner) fail(at int, format string, args ...any) {
	if c.problem == "" {
		c.at, c.problem = at, fmt.Sprintf(format, args...)
	}
}

func (c *typeScanner) scan() {
	i := 0
	for i < len(c.text) && c.problem == "" {
		if b := c.text[i]; b == ' ' || b == '\t' {
			i++
			continue
		}
		end := c.token(i)
		c.last = c.text[i:end]
		i = end
	}
	switch {
	case c.problem != "":
	case len(c.open) > 0:
		o := c.open[len(c.open)-1]
		c.fail(o.at, "%c is not closed", c.text[o.at])
	case c.last == "":
		c.fail(0, "there is no type")
	case strings.Contains("|&?:,.=", c.last) || c.last == "=>":
		c.fail(len(c.text)-len(c.last), "nothing follows %s", c.last)
	}
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}', '<': '>'}

// token checks the token at i and returns its end.
func (c *typeScanner) token(i int) int {
	b, rest := c.text[i], c.text[i:]
	switch {
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "/*"):
		c.fail(i, "a comment in a type")
	case strings.HasPrefix(rest, "=>"):
		return i + 2
	case b == '\'' || b == '"' || b == '`':
		return c.quoted(i)
	case closing[b] != 0:
		c.open = append(c.open, opened{closing[b], i})
	case b == ')' || b == ']' || b == '}' || b == '>':
		if n := len(c.open); n == 0 || c.open[n-1].close != b {
			c.fail(i, "%c closes nothing", b)
		} else {
			c.open = c.open[:n-1]
		}
	case b == ';' && !slices.ContainsFunc(c.open, func(o opened) bool { return o.close == '}' }):
		c.fail(i, "a type ends without ;")
	case isTypeWord(b):
		return c.word(i)
	case !strings.ContainsRune("|&?:,.=-+;", rune(b)):
		c.fail(i, "%q has no meaning in a type", b)
	}
	return i + 1
}

func (c *typeScanner) quoted(i int) int {
	for end := i + 1; end < len(c.text); end++ {
		switch c.text[end] {
		case '\\':
			end++
		case c.text[i]:
			return end + 1
		}
	}
	c.fail(i, "%c is not closed", c.text[i])
	return len(c.text)
}

func (c *typeScanner) word(i int) int {
	end := i
	for end < len(c.text) && isTypeWord(c.text[end]) {
		end++
	}
	word := c.text[i:end]
	if c.last != "" && isTypeWord(c.last[len(c.last)-1]) && !slices.Contains(joining, c.last) && !slices.Contains(joining, word) {
		c.fail(i, "%s follows %s without an operator", word, c.last)
	}
	return end
}

func isTypeWord(b byte) bool {
	return b == '_' || b == '$' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
