package main

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/testing/screen"
)

// desk is the application in a real window, which the test sees and clicks.
type desk struct {
	t      *testing.T
	env    []string
	window string
	lines  <-chan string
	ends   []string // of downloads, so far
}

func start(t *testing.T) *desk {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "window")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", screen.Tags, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d := &desk{t: t, env: screen.Open(t)}
	ctx, cancel := context.WithCancel(context.Background())
	program := exec.CommandContext(ctx, binary)
	program.Env = d.env
	output, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = program.Wait()
	})
	lines := make(chan string, 10_000)
	d.lines = lines
	go func() {
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	return d
}

func (d *desk) run(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// until waits for a line of the program.
func (d *desk) until(what string, found func(line string) bool) {
	d.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case line, ok := <-d.lines:
			if !ok {
				d.t.Fatalf("the program has ended before %s", what)
			}
			if strings.Contains(line, " is ") {
				d.ends = append(d.ends, line)
			}
			if found(line) {
				return
			}
		case <-late:
			d.t.Fatalf("after a minute there is no %s", what)
		}
	}
}

type seen struct {
	page                       string
	first, last, missing, gaps int
}

// untilSeen waits until the page has seen what enough says.
func (d *desk) untilSeen(what string, enough func(seen) bool) (s seen) {
	d.t.Helper()
	d.until(what, func(line string) bool {
		line = strings.ReplaceAll(line, ": lines", " : lines")
		_, err := fmt.Sscanf(line, "page of %s : lines %d to %d, %d missing, %d gaps", &s.page, &s.first, &s.last, &s.missing, &s.gaps)
		if err == nil && (s.missing > 0 || s.gaps > 0) {
			d.t.Fatalf("the page has lost something: %s", line)
		}
		return err == nil && enough(s)
	})
	return s
}

// click clicks the button in this column and row of the page.
func (d *desk) click(column, row int) {
	d.t.Helper()
	d.run("xdotool", "mousemove", "--window", d.window, strconv.Itoa(64+104*column), strconv.Itoa(24+48*row), "click", "1")
}

// screenshot returns what the window shows.
func (d *desk) screenshot(name string) image.Image {
	d.t.Helper()
	path := filepath.Join(d.t.ArtifactDir(), name+".png")
	d.run("import", "-window", d.window, path)
	file, err := os.Open(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		d.t.Fatal(err)
	}
	return picture
}

// untilShown waits until the page has all buttons, in these colours.
func (d *desk) untilShown(name string, paper, border color.NRGBA) {
	d.t.Helper()
	var gotPaper, gotBorder color.Color
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		picture := d.screenshot(name)
		gotPaper, gotBorder = color.NRGBAModel.Convert(picture.At(3, 3)), color.NRGBAModel.Convert(picture.At(16, 24+48*3))
		if gotPaper == paper && gotBorder == border {
			return
		}
	}
	d.t.Fatalf("%s: the page is %v with %v, want %v with %v", name, gotPaper, gotBorder, paper, border)
}

// The colours of the page and of the borders of its buttons.
var (
	white, grey     = color.NRGBA{0xff, 0xff, 0xff, 0xff}, color.NRGBA{0xd5, 0xd9, 0xde, 0xff}
	black, darkGrey = color.NRGBA{0x14, 0x16, 0x1a, 0xff}, color.NRGBA{0x34, 0x3a, 0x42, 0xff}
)

// TestWindow clicks through the application in a real window, and reloads its page in mid-stream.
func TestWindow(t *testing.T) {
	screen.Need(t, "xdotool", "import")
	d := start(t)
	d.untilSeen("page", func(s seen) bool { return s.last == 1 })
	d.window = d.run("xdotool", "search", "--name", "^eventgen desktop$")
	d.untilShown("light", white, grey)

	d.click(0, 1) // debian.iso: Start
	d.click(0, 2) // go.tar.gz: Start
	d.untilSeen("log", func(s seen) bool { return s.last > 200 })

	d.click(1, 0) // Dark
	d.untilShown("dark", black, darkGrey)

	before := d.untilSeen("log", func(seen) bool { return len(d.lines) == 0 })
	d.click(3, 0) // Reload
	after := d.untilSeen("page that was loaded again", func(s seen) bool { return s.page != before.page })
	if after.first > before.last+1 {
		t.Errorf("the page had lines to %d, and after it was loaded again from %d", before.last, after.first)
	}
	d.untilSeen("log", func(s seen) bool { return s.last > after.last+200 })
	d.untilShown("reloaded", black, darkGrey) // the program has kept the theme

	d.click(0, 1) // debian.iso: Cancel
	d.until("second end of a download", func(string) bool { return len(d.ends) == 2 })
	slices.Sort(d.ends)
	if want := []string{"debian.iso is cancelled", "go.tar.gz is completed"}; !slices.Equal(d.ends, want) {
		t.Errorf("got %q, want %q", d.ends, want)
	}
	d.screenshot("end")
}
