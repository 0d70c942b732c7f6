package measure

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{3}, 0.5, 3},
		{[]float64{9, 1, 5}, 0.5, 5},
		{[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{4, 1, 3, 2}, 1, 4},
		{[]float64{4, 1, 3, 2}, 0, 1},
	} {
		if got := Quantile(c.values, c.q); got != c.want {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.values, c.q, got, c.want)
		}
	}
	if got := Quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("Quantile of nothing = %v, want NaN", got)
	}
}

func TestFigure(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 1: "1", 0.1234: "0.123", 12.345: "12.3", 1234.5: "1234", 0.5: "0.5", 287964: "287964", math.Inf(1): "-",
	} {
		if got := Figure(f); got != want {
			t.Errorf("Figure(%v) = %q, want %q", f, got, want)
		}
	}
}

func TestInterleaveTurnsTheOrderAndTakesMedians(t *testing.T) {
	var order strings.Builder
	values := map[string][]float64{"a": {1, 9, 2}, "b": {5, 5, 6}}
	cases := []Case{}
	for _, name := range []string{"a", "b"} {
		next := 0
		cases = append(cases, Case{Name: name, Run: func() (Figures, error) {
			order.WriteString(name)
			next++
			return Figures{"x": values[name][next-1]}, nil
		}})
	}
	results, err := Interleave(&Config{Rounds: 3}, cases)
	if err != nil {
		t.Fatal(err)
	}
	if got := order.String(); got != "abbaab" {
		t.Errorf("order %s, want abbaab", got)
	}
	if a, b := results.Get("a", "x"), results.Get("b", "x"); a != 2 || b != 5 {
		t.Errorf("medians %v and %v, want 2 and 5", a, b)
	}
	if best := results.Best("x", "none", "b", "a"); best != 2 {
		t.Errorf("best %v, want 2", best)
	}
}

func TestReplaceSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("head\n<!-- begin a -->\nold\n<!-- end a -->\ntail\n")
	if err := replaceSection(path, "a", "new\n"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if want := "head\n<!-- begin a -->\nnew\n<!-- end a -->\ntail\n"; string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := replaceSection(path, "b", "new\n"); err == nil {
		t.Error("a section that is not there was replaced")
	}
}

func TestChildReadsTheMemoryOfTheCommand(t *testing.T) {
	figures, err := Child(exec.Command("sh", "-c", "sleep 0.2"))
	if err != nil {
		t.Fatal(err)
	}
	if mb := figures["MB"]; mb <= 0 || mb > 50 {
		t.Errorf("a shell that sleeps used %v MB", mb)
	}
	if _, err := Child(exec.Command("sh", "-c", "echo broken >&2; exit 3")); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("error %v, want the command's own words", err)
	}
}
