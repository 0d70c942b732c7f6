// Package deploy holds configurations of proxies, and runs the real ones with them.
package deploy

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/eventgen/eventgen/examples/quickstart/download"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

// site is an application behind a proxy.
type site struct {
	origin string
	bus    *eventbus.Bus
	trust  *tls.Config
}

// publish starts an application and a proxy in front of it. start returns the command of the proxy.
func publish(t *testing.T, start func(dir, proxy, app, cert, key string) *exec.Cmd) site {
	t.Helper()
	bus, err := eventbus.New(eventbus.WithCatalog(download.Events))
	if err != nil {
		t.Fatal(err)
	}
	accounts := httptransport.WithAccount(func(r *http.Request, _ eventbus.Peer) string {
		return r.Header.Get("X-Real-IP")
	})
	handler, err := httptransport.New(bus, accounts)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/events", handler)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the page") })
	app := httptest.NewServer(mux)
	t.Cleanup(func() {
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
		app.Close()
	})

	dir := t.TempDir()
	cert, key, pool := certificate(t, dir)
	proxy := freeAddress(t)
	cmd := start(dir, proxy, strings.TrimPrefix(app.URL, "http://"), cert, key)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	})
	_, port, err := net.SplitHostPort(proxy)
	if err != nil {
		t.Fatal(err)
	}
	s := site{origin: "https://localhost:" + port, bus: bus, trust: &tls.Config{RootCAs: pool}}
	awaitPage(t, s, ended, &output)
	return s
}

// awaitPage waits until the proxy serves.
func awaitPage(t *testing.T, s site, ended <-chan struct{}, output fmt.Stringer) {
	t.Helper()
	for tick := time.Tick(50 * time.Millisecond); ; <-tick {
		response, err := s.client().Get(s.origin + "/")
		if err == nil {
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if string(text) != "the page" {
				t.Fatalf("the page is %d %q\n%s", response.StatusCode, text, output)
			}
			return
		}
		select {
		case <-ended:
			t.Fatalf("the proxy has ended:\n%s", output)
		case <-t.Context().Done():
			t.Fatal(err)
		default:
		}
	}
}

func (s site) client() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: s.trust, ForceAttemptHTTP2: true}}
}

// certificate writes one for localhost, that of httptest being for example.com.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	cert, key = filepath.Join(dir, "app.crt"), filepath.Join(dir, "app.key")
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
		"-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost").CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return cert, key, pool
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// config reads a file of this folder with its places replaced by those of the test.
func config(t *testing.T, name string, places ...string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(places); i += 2 {
		if !strings.Contains(string(text), places[i]) {
			t.Fatalf("%s has no %q", name, places[i])
		}
	}
	return strings.NewReplacer(places...).Replace(string(text))
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNginx(t *testing.T) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		t.Fatal("there is no nginx; run make deps")
	}
	checkSite(t, publish(t, func(dir, proxy, app, cert, key string) *exec.Cmd {
		text := config(t, "nginx.conf", "listen 443", "listen "+proxy, "127.0.0.1:8080", app, "/etc/ssl/app.crt", cert, "/etc/ssl/app.key", key)
		temp := ""
		for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temp += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
		}
		text = strings.Replace(text, "http {", "http {\naccess_log off;\n"+temp, 1)
		conf := write(t, filepath.Join(dir, "nginx.conf"), "pid "+filepath.Join(dir, "pid")+";\nerror_log stderr;\n"+text)
		return exec.Command(path, "-p", dir, "-c", conf, "-g", "daemon off;")
	}))
}

func TestCaddy(t *testing.T) {
	path, err := exec.LookPath("caddy")
	if err != nil {
		t.Fatal("there is no caddy; run make deps")
	}
	checkSite(t, publish(t, func(dir, proxy, app, cert, key string) *exec.Cmd {
		_, port, _ := net.SplitHostPort(proxy)
		text := config(t, "Caddyfile", "app.example.com {", "localhost:"+port+" {\n\ttls "+cert+" "+key, "127.0.0.1:8080", app)
		text = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text
		return exec.Command(path, "run", "--adapter", "caddyfile", "--config", write(t, filepath.Join(dir, "Caddyfile"), text))
	}))
}

// checkSite: both ways to connect get through, for pages of the site's own origin alone, and what
// is emitted arrives while the connection goes on.
func checkSite(t *testing.T, s site) {
	t.Run("WebSocket", func(t *testing.T) {
		conn, _, _, err := s.dialer(s.origin).Dial(t.Context(), strings.Replace(s.origin, "https:", "wss:", 1)+"/events")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := wsutil.WriteClientText(conn, []byte(`{"hello":{"listen":{"download:chunk":{}}}}`)); err != nil {
			t.Fatal(err)
		}
		s.follow(t, func() (string, error) {
			text, err := wsutil.ReadServerText(conn)
			return string(text), err
		})
	})
	t.Run("event stream", func(t *testing.T) {
		response := s.stream(t, s.origin)
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("status %s", response.Status)
		}
		lines := bufio.NewReader(response.Body)
		s.follow(t, func() (string, error) { return lines.ReadString('\n') })
	})
	t.Run("foreign page", func(t *testing.T) {
		_, _, _, err := s.dialer("https://evil.example").Dial(t.Context(), strings.Replace(s.origin, "https:", "wss:", 1)+"/events")
		if err == nil {
			t.Error("a WebSocket of a foreign page was accepted")
		}
		response := s.stream(t, "https://evil.example")
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("a stream of a foreign page: %s", response.Status)
		}
	})
}

func (s site) dialer(origin string) ws.Dialer {
	trust := s.trust.Clone()
	trust.NextProtos = []string{"http/1.1"}
	return ws.Dialer{
		TLSConfig: trust, Protocols: []string{httptransport.Protocol},
		Header: ws.HandshakeHeaderHTTP(http.Header{"Origin": {origin}}),
	}
}

func (s site) stream(t *testing.T, origin string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.origin+"/events", strings.NewReader(`{"hello":{"listen":{"download:chunk":{}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := s.client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// follow emits after the welcome, again after that has arrived, and so on: a proxy that holds
// anything back lets it wait for ever.
func (s site) follow(t *testing.T, read func() (string, error)) {
	t.Helper()
	await := func(what string) {
		t.Helper()
		for {
			text, err := read()
			if err != nil {
				t.Fatalf("%s did not arrive: %v", what, err)
			}
			if strings.Contains(text, what) {
				return
			}
		}
	}
	await(`"welcome"`)
	for i := range uint64(3) {
		if err := download.EmitChunk(t.Context(), s.bus, download.Chunk{ID: "a", Number: i}); err != nil {
			t.Fatal(err)
		}
		await(`"download:chunk"`)
	}
}
