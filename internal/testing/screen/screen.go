// Package screen gives tests a screen of their own, for windows of WebKitGTK.
package screen

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Tags are the build tags of a Wails v2 application with the WebKitGTK that Debian 12 has.
const Tags = "desktop,production,webkit2_41"

// Need skips the test, and says so, where a window cannot be built or shown.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range append(programs, "Xvfb", "pkg-config", "cc") {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT RUN: there is no %s; \"make webkit\" installs what windows need", program)
		}
	}
	if err := exec.CommandContext(t.Context(), "pkg-config", "--exists", "gtk+-3.0", "webkit2gtk-4.1").Run(); err != nil {
		t.Skip("NOT RUN: there is no libwebkit2gtk-4.1-dev; \"make webkit\" installs what windows need")
	}
}

// Open starts a screen that lasts as long as the test, and returns the environment of programs that show windows on it.
func Open(t testing.TB) (env []string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), "Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{w}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	_ = w.Close()
	display, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb does not start: %v", err)
	}
	return append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(display),
		"GDK_BACKEND=x11", "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "NO_AT_BRIDGE=1")
}
