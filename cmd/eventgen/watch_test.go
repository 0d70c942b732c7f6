package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatch edits a project under a running watch. Every step waits for what the program prints.
func TestWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command several times")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	save := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := moduleFiles(dir, repository(t)); err != nil {
		t.Fatal(err)
	}
	save("a/a.go", "package a\n\n//eventgen:event a:first\ntype A struct{}\n")

	r, w := io.Pipe()
	a := newApp(dir, append(os.Environ(), offline(t)...), w, w)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status := make(chan int, 1)
	go func() {
		status <- a.run(ctx, []string{"watch", "./...", "--ts", "ts"})
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	await := func(text string) {
		t.Helper()
		var seen []string
		for lines.Scan() {
			seen = append(seen, lines.Text())
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("the program ended without %q; it printed:\n%s", text, strings.Join(seen, "\n"))
	}
	output := func() string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "ts", "events.gen.ts"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}

	await("created  ts/events.gen.ts")
	await("eventgen: watching")

	save("a/a.go", "package a\n\n//eventgen:event a:second\ntype A struct{}\n")
	await("updated  ts/events.gen.ts")
	if !strings.Contains(output(), "a:second") {
		t.Error("the edit is not in the output")
	}

	elsewhere := t.TempDir()
	remove := func(name string) {
		t.Helper()
		// In one step: the watch may write again while a directory is being emptied.
		if err := os.Rename(filepath.Join(dir, filepath.FromSlash(name)), filepath.Join(elsewhere, filepath.Base(name))); err != nil {
			t.Fatal(err)
		}
	}
	remove("ts/events.gen.ts")
	await("created  ts/events.gen.ts")
	remove("a/events_gen.go")
	await("created  a/events_gen.go")
	remove("ts")
	await("created  ts/events.gen.ts")

	save("a/a.go", "package a\n\n//eventgen:event a:third\ntype A struct{ C chan int }\n")
	await("[unsupported-type]")
	save("a/a.go", "package a\n\n//eventgen:event a:third\ntype A struct{ C int32 }\n")
	await("updated  ts/events.gen.ts")

	save("b/deep/b.go", "package deep\n\n//eventgen:event b:new\ntype B struct{}\n")
	await("created  b/deep/events_gen.go")

	save("eventgen.yaml", "hoks: [react]\n")
	await(`unknown setting "hoks"`)
	save("eventgen.yaml", "nil: empty\n")
	await("eventgen: ")

	cancel()
	go io.Copy(io.Discard, r)
	if got := <-status; got != statusDone {
		t.Errorf("status %d", got)
	}
}
