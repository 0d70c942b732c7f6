package natsbroker

import (
	"regexp"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	legal := regexp.MustCompile(`^[A-Za-z0-9_=~-]{1,200}$`)
	seen := map[string]string{}
	for _, name := range []string{
		"", "a", "A", "a.b", "a:b", "a/b", "a=2fb", "a b", "*", ">", "!", "~", "ä", "\x00", "=2e", ".",
		strings.Repeat("x", 200), strings.Repeat("x", 201), strings.Repeat("x", 5000), strings.Repeat(".", 100),
	} {
		got := token(name)
		if !legal.MatchString(got) || got == whole {
			t.Errorf("%q is %q in a subject", name, got)
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %q are both %q", name, other, got)
		}
		seen[got] = name
	}
	if got := token("down-load_1"); got != "down-load_1" {
		t.Errorf("a plain name is %q", got)
	}
}
