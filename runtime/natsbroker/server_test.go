//go:build unix

package natsbroker_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/natsbroker"
)

// binary is the server, built once from the module that go.mod names.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "natsbroker")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "nats-server")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// built is where the server was built, empty if no test needed it.
var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// server is a nats-server as a process, on a port and in a directory of its own.
type server struct {
	testing.TB
	dir  string
	port int
	cmd  *exec.Cmd

	mu      sync.Mutex
	proxies []*proxy
}

// newServer starts a server with a user "node", who may do what a node needs and no more, and a user "admin".
func newServer(t testing.TB, jetStream bool) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts a server")
	}
	s := &server{TB: t, dir: t.TempDir(), port: freePort(t)}
	publish, subscribe := natsbroker.Permissions(jetStream)
	list := func(subjects []string) string { return `["` + strings.Join(subjects, `", "`) + `"]` }
	config := fmt.Sprintf(`
		listen: "127.0.0.1:%d"
		jetstream: {store_dir: %q}
		accounts: {
			SYS: {},
			APP: {jetstream: enabled, users: [
				{user: admin, password: admin},
				{user: node, password: node, permissions: {publish: %s, subscribe: %s, allow_responses: true}},
			]},
		}
		system_account: SYS
	`, s.port, filepath.Join(s.dir, "store"), list(publish), list(subscribe))
	if err := os.WriteFile(filepath.Join(s.dir, "server.conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(func() {
		s.mu.Lock()
		proxies := s.proxies
		s.mu.Unlock()
		for _, p := range proxies {
			p.close()
		}
		s.kill()
	})
	return s
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *server) start() {
	s.Helper()
	path, err := binary()
	if err != nil {
		s.Fatal(err)
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	s.cmd = exec.Command(path, "-c", filepath.Join(s.dir, "server.conf"))
	s.cmd.Stderr = log
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if nc, err := s.admin(); err == nil {
			js, err := jetstream.New(nc)
			if err == nil {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				_, err = js.AccountInfo(ctx)
				cancel()
			}
			nc.Close()
			if err == nil {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	s.Fatalf("the server does not start:\n%s", text)
}

func (s *server) kill() { s.end(os.Kill) }

func (s *server) end(signal os.Signal) {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(signal)
		_ = s.cmd.Wait() // it ends by the signal
		s.cmd = nil
	}
}

func (s *server) admin() (*nats.Conn, error) {
	return nats.Connect(fmt.Sprintf("nats://admin:admin@127.0.0.1:%d", s.port), nats.Timeout(time.Second))
}

// manage calls fn with a connection that may do everything.
func (s *server) manage(fn func(context.Context, jetstream.JetStream) error) {
	s.Helper()
	nc, err := s.admin()
	if err != nil {
		s.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := fn(ctx, js); err != nil {
		s.Fatal(err)
	}
}

// connect returns a node's connection, through a proxy.
func (s *server) connect() (*nats.Conn, *proxy) {
	s.Helper()
	p := newProxy(s, s.port)
	s.mu.Lock()
	s.proxies = append(s.proxies, p)
	s.mu.Unlock()
	nc, err := nats.Connect(fmt.Sprintf("nats://node:node@%s", p.address()), nats.MaxReconnects(-1),
		nats.ReconnectWait(50*time.Millisecond), nats.ReconnectJitter(10*time.Millisecond, 0), nats.Timeout(2*time.Second),
		nats.PingInterval(time.Second), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { s.Logf("nats: %v", err) }))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(nc.Close)
	return nc, p
}

// proxy passes bytes on to the server, unless it is cut.
type proxy struct {
	listener net.Listener
	port     int

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
	work  sync.WaitGroup
}

func newProxy(t testing.TB, port int) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, port: port, conns: map[net.Conn]bool{}}
	p.work.Go(p.accept)
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		refuse := p.cut
		if !refuse {
			p.conns[in], p.conns[out] = true, true
		}
		p.mu.Unlock()
		if refuse {
			_, _ = in.Close(), out.Close()
			continue
		}
		pipe := func(to, from net.Conn) {
			_, _ = io.Copy(to, from)
			_, _ = to.Close(), from.Close()
		}
		p.work.Go(func() { pipe(in, out) })
		p.work.Go(func() { pipe(out, in) })
	}
}

// kick ends all connections.
func (p *proxy) kick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

func (p *proxy) setCut(cut bool) {
	p.mu.Lock()
	p.cut = cut
	p.mu.Unlock()
	if cut {
		p.kick()
	}
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.setCut(true)
	p.work.Wait()
}

// engine returns what the suite needs of the server.
func (s *server) engine(open func(nc *nats.Conn) broker.Broker) *eventbustest.Engine {
	nodes := map[string]*proxy{}
	started := func(name string, p *proxy) {
		s.mu.Lock()
		defer s.mu.Unlock()
		nodes[name] = p
	}
	return &eventbustest.Engine{
		Open: func() broker.Broker {
			nc, p := s.connect()
			b := open(nc)
			if l, ok := b.(broker.Log); ok {
				return namedLog{l, p, started}
			}
			return named{b, p, started}
		},
		Stop: s.kill, Start: s.start,
		Cut: func(node string, cut bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			nodes[node].setCut(cut)
		},
		Kick: func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, p := range s.proxies {
				p.kick()
			}
		},
		Freeze: func(d time.Duration) {
			_ = s.cmd.Process.Signal(syscall.SIGSTOP)
			time.AfterFunc(d, func() { _ = s.cmd.Process.Signal(syscall.SIGCONT) })
		},
	}
}

// named remembers which node a connection is of.
type named struct {
	broker.Broker
	proxy   *proxy
	started func(string, *proxy)
}

func (n named) Start(ctx context.Context, node broker.Node) error {
	n.started(node.Name, n.proxy)
	return n.Broker.Start(ctx, node)
}

type namedLog struct {
	broker.Log
	proxy   *proxy
	started func(string, *proxy)
}

func (n namedLog) Start(ctx context.Context, node broker.Node) error {
	n.started(node.Name, n.proxy)
	return n.Log.Start(ctx, node)
}
