package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// maxScaling is how much more work twice the source may be. Sorting takes a little more than twice.
const maxScaling = 2.6

// TestScaling: the work of a run is linear in the source, whatever its shape. Work is what the
// statements of this module's code are executed, so that a busy machine is no reason to fail.
//
// Left out are the shapes on which go/types itself takes exponential time, whoever asks it:
//
//	type L2 Pair[L1, L1]; type L3 Pair[L2, L2] … as aliases    it writes the arguments out to tell instances apart
//	type S2 = struct{ A, B S1 }; type S3 = struct{ A, B S2 } …  it compares the structs field by field
//
// The second also is exponential in what there is to write: a struct without a name is written
// where it stands.
func TestScaling(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program with counters")
	}
	repo := repository(t)
	program := filepath.Join(t.TempDir(), "eventgen")
	build := exec.CommandContext(t.Context(), "go", "build", "-cover", "-covermode=atomic", "-coverpkg=./...", "-o", program, "./cmd/eventgen")
	build.Dir = repo
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	environment := append(os.Environ(), offline(t)...)
	for _, shape := range scalingShapes {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			var runs [2][]work
			for i := range runs {
				m := scaledModule{t: t, dir: t.TempDir(), program: program, env: environment}
				m.write(repo, shape.source(shape.n<<i))
				runs[i] = m.commands()
			}
			for i, small := range runs[0] {
				large := runs[1][i]
				if strings.HasPrefix(small.command, "breaking") && strings.HasPrefix(shape.name, "events of types in") {
					continue // what breaks is told for each event, so its types are compared for each
				}
				if ratio := float64(large.total) / float64(small.total); ratio > maxScaling {
					t.Errorf("eventgen %s: %.2f times the work for twice the source\n%s", small.command, ratio, large.growth(small))
				}
			}
		})
	}
}

// scaledModule is a module of one shape and size.
type scaledModule struct {
	t       *testing.T
	dir     string
	program string
	env     []string
}

func (m scaledModule) write(repo, source string) {
	m.t.Helper()
	if err := moduleFiles(m.dir, repo); err != nil {
		m.t.Fatal(err)
	}
	files := map[string]string{
		"a/a.go":        "package a\n\nimport (\n\t\"time\"\n\n\t\"github.com/eventgen/eventgen/runtime/eventbus\"\n)\n\nvar _ time.Time\nvar _ eventbus.Empty\n\n" + source,
		"eventgen.yaml": "packages: [./a]\nts: ts\nhooks: [react]\ndecoders: true\nruntime: package\ntime: date\n",
	}
	for name, text := range files {
		path := filepath.Join(m.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			m.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			m.t.Fatal(err)
		}
	}
}

// commands runs the commands that read the module.
func (m scaledModule) commands() []work {
	m.t.Helper()
	var out []work
	for _, command := range []string{
		"--no-cache",
		"check --no-cache",
		"export asyncapi",
		"breaking --against ts/eventgen.lock.json",
	} {
		out = append(out, m.measure(command))
	}
	return out
}

// work is how often a command has executed each block, by its place.
type work struct {
	command string
	total   int
	blocks  map[string]int
}

func (m scaledModule) measure(command string) work {
	m.t.Helper()
	counters := m.t.TempDir()
	cmd := exec.CommandContext(m.t.Context(), m.program, strings.Fields(command)...)
	cmd.Dir = m.dir
	cmd.Env = append(slices.Clone(m.env), "GOCOVERDIR="+counters)
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("eventgen %s: %v\n%.4000s", command, err, out)
	}
	text := filepath.Join(counters, "text")
	if out, err := exec.CommandContext(m.t.Context(), "go", "tool", "covdata", "textfmt", "-i="+counters, "-o="+text).CombinedOutput(); err != nil {
		m.t.Fatalf("%v\n%s", err, out)
	}
	profile, err := os.ReadFile(text)
	if err != nil {
		m.t.Fatal(err)
	}
	w := work{command: command, blocks: map[string]int{}}
	for lines := bufio.NewScanner(bytes.NewReader(profile)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 {
			continue
		}
		statements, _ := strconv.Atoi(fields[1])
		times, _ := strconv.Atoi(fields[2])
		w.blocks[fields[0]] += statements * times
		w.total += statements * times
	}
	if w.total == 0 {
		m.t.Fatal("no work is counted")
	}
	return w
}

// growth lists the blocks that have grown most.
func (w work) growth(small work) string {
	var b strings.Builder
	for range 8 {
		most, place := 0, ""
		for block, n := range w.blocks {
			if grown := n - 2*small.blocks[block]; grown > most {
				most, place = grown, block
			}
		}
		if place == "" {
			break
		}
		fmt.Fprintf(&b, "%10d from %d  %s\n", w.blocks[place], small.blocks[place], place)
		delete(w.blocks, place)
	}
	return b.String()
}

// scalingShape is source of any size. n is so large that the work which grows with it outweighs the work done once.
type scalingShape struct {
	name   string
	n      int
	source func(n int) string
}

// lines repeats a text, in which # is the number of the line and ## the one before.
func lines(n int, text string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		b.WriteString(strings.NewReplacer("##", strconv.Itoa(i-1), "#", strconv.Itoa(i)).Replace(text))
	}
	return b.String()
}

var scalingShapes = []scalingShape{
	{"events", 300, func(n int) string {
		return lines(n, "//eventgen:event e# from=both key=ID throttle=1s\ntype E# struct { ID string; At time.Time; N []int64 }\n\n")
	}},
	{"fields", 300, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct {\n" + lines(n, "\tF# map[string][]time.Time\n") + "}\n"
	}},
	{"nested structs", 20, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct {\n" + strings.Repeat("A time.Time; B struct {\n", n) + "C int\n" + strings.Repeat("}\n", n+1)
	}},
	{"nested slices and maps", 40, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { F " + strings.Repeat("[]map[string]", n) + "time.Time }\n"
	}},
	{"references", 300, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { F T" + strconv.Itoa(n) + " }\n\ntype T0 struct{ At time.Time }\n" +
			lines(n, "type T# struct { A T##; B *T##; C []T## }\n")
	}},
	{"embedded side by side", 100, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct {\n" + lines(n, "\tT#\n") + "}\n" + lines(n, "type T# struct { F# int; G#, Same time.Time }\n")
	}},
	{"embedded in each other", 30, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { T" + strconv.Itoa(n) + " }\ntype T0 struct { At time.Time }\n" +
			lines(n, "type T# struct { T##; F# int }\n")
	}},
	{"variants of a union", 100, func(n int) string {
		return "//eventgen:event e from=both\n//eventgen:union tag=type content=data\ntype E interface{ is() }\n" +
			lines(n, "type V# struct { At time.Time }\nfunc (V#) is() {}\n")
	}},
	{"members of an enum", 300, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { L L }\ntype L string\nconst (\n" + lines(n, "\tL# L = \"l#\"\n") + ")\n"
	}},
	{"instances of a generic", 100, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct {\n" + lines(n, "\tF# Box[T#]\n\tG# Pair[T#, T##]\n") + "}\ntype T0 struct{}\n" +
			lines(n, "type T# struct { F time.Time }\n") + "type Box[T any] struct { V T; W []T }\ntype Pair[A, B any] struct { A A; B *B }\n"
	}},
	{"chain of generics", 60, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { F G" + strconv.Itoa(n) + "[time.Time] }\ntype G0[T any] struct { V T }\n" +
			lines(n, "type G#[T any] struct { V T; W G##[T]; X []G##[T] }\n")
	}},
	{"nested instances", 12, func(n int) string {
		return "//eventgen:event e from=both\ntype E struct { F " + strings.Repeat("Box[", n) + "time.Time" + strings.Repeat("]", n) + " }\ntype Box[T any] struct { V T; W []T }\n"
	}},
	{"other declarations", 500, func(n int) string {
		return "//eventgen:event e\ntype E struct{}\n\n" + lines(n, "// T# is of no event.\ntype T# struct { F T## }\n\nfunc f#(t T#) { _ = t.F }\n\nconst c# = #\n") + "type T0 int\n"
	}},
	{"events of types in a chain", 60, func(n int) string {
		return "type T0 struct{ At time.Time }\n" + lines(n, "//eventgen:event e# from=both\ntype E# struct { F T# }\n\ntype T# struct { A *T##; C []T## }\n")
	}},
	{"events of types in a circle", 60, func(n int) string {
		return "type T0 struct{ A *T" + strconv.Itoa(n) + " }\n" + lines(n, "//eventgen:event e# from=both\ntype E# struct { F T# }\n\ntype T# struct { A *T##; C []T## }\n")
	}},
	{"events that flush each other", 100, func(n int) string {
		return lines(n, "//eventgen:event e# throttle=1s \ntype E# struct { F time.Time }\n\n") + "//eventgen:event last flushes=" + strings.TrimSuffix(lines(n, "e#,"), ",") + "\ntype Last struct{}\n"
	}},
	{"warnings", 100, func(n int) string {
		return "//eventgen:event e\ntype E struct {\n" + lines(n, "\tF# int64\n\tG# T#\n") + "}\n" + lines(n, "type T# struct { A int64; B map[string]uint64 }\n")
	}},
	{"events declared by constants", 150, func(n int) string {
		return lines(n, "//eventgen:event sticky\nconst E# eventbus.Name[T#] = \"e#\"\n\ntype T# struct { F time.Time }\n")
	}},
}
