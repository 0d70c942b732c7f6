package diag

import "testing"

func TestNearest(t *testing.T) {
	words := []string{"throttle", "debounce", "key", "keys", "from", "to"}
	for _, test := range []struct{ word, want string }{
		{"throtle", "throttle"},
		{"thorttle", "throttle"},
		{"Throttle", "throttle"},
		{"KEY", "key"},
		{"kye", "key"},
		{"keyss", "keys"},
		{"form", "from"},
		{"debuonce", "debounce"},
		{"sticky", ""},
		{"", ""},
	} {
		if got := Nearest(test.word, words); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}
