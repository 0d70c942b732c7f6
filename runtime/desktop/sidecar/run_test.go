package sidecar_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/desktop/sidecar"
)

// running is a Run whose handler says "in", and the origin that it sees.
type running struct {
	sidecar.Handshake
	log   *bytes.Buffer
	ended chan error
}

func run(t *testing.T, opts ...sidecar.Option) (r *running, cancel func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	output, written := io.Pipe()
	r = &running{log: new(bytes.Buffer), ended: make(chan error, 1)}
	opts = append(opts, sidecar.WithOutput(written), sidecar.WithLogger(slog.New(slog.NewTextHandler(r.log, nil))))
	go func() {
		r.ended <- sidecar.Run(ctx, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			_, _ = io.WriteString(w, "in "+strings.ReplaceAll(q.Header.Get("Origin"), q.Host, "HOST"))
		}), opts...)
	}()
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &r.Handshake); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r, cancel
}

func (r *running) do(t *testing.T, method string, header ...string) (*http.Response, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestRun(t *testing.T) {
	r, cancel := run(t)
	if !strings.HasPrefix(r.URL, "http://127.0.0.1:") || len(r.Token) < 26 {
		t.Errorf("the handshake is %+v", r.Handshake)
	}
	if answer, body := r.do(t, "GET", "Authorization", "Bearer "+r.Token); answer.StatusCode != 200 || body != "in " {
		t.Errorf("with the token: %d %s", answer.StatusCode, body)
	}
	other, _ := run(t)
	if other.Token == r.Token {
		t.Error("two programs have one token")
	}
	cancel()
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestOnlyNamedOriginsGetIn(t *testing.T) {
	r, _ := run(t, sidecar.WithOrigins("tauri://localhost", "http://localhost:*", "NULL", "http://127.0.0.1:5173/"))
	for origin, in := range map[string]bool{
		"":                      true,
		"tauri://localhost":     true,
		"TAURI://LOCALHOST":     true,
		"http://localhost:1":    true,
		"null":                  true,
		"http://127.0.0.1:5173": true,
		"http://localhost":      false,
		"http://localhost:":     false,
		"http://localhost:1.x":  false,
		"https://localhost:1":   false,
		"http://127.0.0.1:5174": false,
		"https://evil.example":  false,
		r.URL:                   false,
	} {
		header := []string{"Authorization", "Bearer " + r.Token}
		if origin != "" {
			header = append(header, "Origin", origin)
		}
		answer, body := r.do(t, "GET", header...)
		if (answer.StatusCode == 200) != in {
			t.Errorf("%q: %d %s", origin, answer.StatusCode, body)
		}
		if in && origin != "" && (body != "in http://HOST" || answer.Header.Get("Access-Control-Allow-Origin") != origin) {
			t.Errorf("%q: the handler sees %q, the page may read it from %q", origin, body, answer.Header.Get("Access-Control-Allow-Origin"))
		}
		if !in && answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%q may read the answer", origin)
		}
	}
	if !strings.Contains(r.log.String(), `allow="sidecar.WithOrigins(\"https://evil.example\")"`) {
		t.Errorf("the log is %s", r.log)
	}
	answer, _ := r.do(t, "OPTIONS", "Origin", "null", "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization", "Access-Control-Request-Private-Network", "true")
	if h := answer.Header; answer.StatusCode != 204 || h.Get("Access-Control-Allow-Methods") != "PUT" || h.Get("Access-Control-Allow-Headers") != "authorization" ||
		h.Get("Access-Control-Allow-Private-Network") != "true" {
		t.Errorf("preflight: %d %v", answer.StatusCode, h)
	}
	if answer, _ := r.do(t, "OPTIONS", "Origin", "https://evil.example", "Access-Control-Request-Method", "PUT"); answer.StatusCode != 403 {
		t.Errorf("preflight of a stranger: %d", answer.StatusCode)
	}
}

func TestTheTokenIsNeeded(t *testing.T) {
	r, _ := run(t, sidecar.WithOrigins("null"))
	protocol := func(token string) string {
		return "eventgen.v1, eventgen.bearer." + base64.RawURLEncoding.EncodeToString([]byte(token))
	}
	for _, c := range []struct {
		name   string
		header []string
		status int
	}{
		{"none", nil, 401},
		{"an origin alone", []string{"Origin", "null"}, 401},
		{"another", []string{"Authorization", "Bearer x" + r.Token[1:]}, 401},
		{"nothing of it", []string{"Authorization", "Bearer "}, 401},
		{"as a password", []string{"Authorization", "Basic " + r.Token}, 401},
		{"as a protocol, another", []string{"Sec-WebSocket-Protocol", protocol("x")}, 401},
		{"as a protocol, not encoded", []string{"Sec-WebSocket-Protocol", "eventgen.bearer." + r.Token}, 401},
		{"as a protocol", []string{"Sec-WebSocket-Protocol", protocol(r.Token)}, 200},
		{"as a header", []string{"Authorization", "bearer " + r.Token}, 200},
	} {
		if answer, _ := r.do(t, "GET", c.header...); answer.StatusCode != c.status {
			t.Errorf("%s: %d", c.name, answer.StatusCode)
		}
	}
	if strings.Contains(r.log.String(), r.Token) {
		t.Error("the log has the token")
	}
}

func TestRunEndsWithItsParent(t *testing.T) {
	parent, stdin := io.Pipe()
	r, _ := run(t, sidecar.WithParent(parent))
	if _, err := stdin.Write([]byte("what a shell may say")); err != nil {
		t.Fatal(err)
	}
	r.do(t, "GET")
	_ = stdin.Close()
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// TestAKilledParent: the program of the tests in runtime/ts, under a shell that is killed.
func TestAKilledParent(t *testing.T) {
	beside := filepath.Join(t.TempDir(), "beside")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", beside, "./testdata/beside").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// The parent holds the program's input, and shares its output with this test.
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestParent$")
	parent.Env = append(os.Environ(), "BESIDE="+beside)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	if line, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(line, `{"url":"http://127.0.0.1:`) {
		t.Fatalf("the handshake is %q, %v", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 { // ends when the program has
		t.Errorf("it wrote %q, %v", rest, err)
	}
	_ = parent.Wait()
}

// TestParent is no test but the parent of TestAKilledParent.
func TestParent(t *testing.T) {
	path := os.Getenv("BESIDE")
	if path == "" {
		t.Skip("runs as the parent of another test alone")
	}
	child := exec.CommandContext(t.Context(), path)
	child.Stdout = os.Stdout
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
}

func TestRunRefusesWhatItCannotDo(t *testing.T) {
	ok := http.NotFoundHandler()
	for name, c := range map[string]struct {
		handler http.Handler
		opt     sidecar.Option
	}{
		"no handler":          {nil, nil},
		"no origin":           {ok, sidecar.WithOrigins("localhost")},
		"everyone":            {ok, sidecar.WithOrigins("*")},
		"an origin and path":  {ok, sidecar.WithOrigins("http://localhost/app")},
		"a star for a label":  {ok, sidecar.WithOrigins("http://*.localhost")},
		"a star for all":      {ok, sidecar.WithOrigins("http://*:*")},
		"no writer":           {ok, sidecar.WithOutput(nil)},
		"no logger":           {ok, sidecar.WithLogger(nil)},
		"a writer that fails": {ok, sidecar.WithOutput(failing{})},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if err := sidecar.Run(ctx, c.handler, c.opt); err == nil || !strings.HasPrefix(err.Error(), "sidecar: ") {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }
