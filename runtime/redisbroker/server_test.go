//go:build unix

package redisbroker_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/redisbroker"
)

// server is a redis-server as a process, on a port and in a directory of its own.
type server struct {
	testing.TB
	dir  string
	port int
	cmd  *exec.Cmd

	mu  sync.Mutex
	cut map[string]bool // nodes that are parted from it
}

func newServer(t testing.TB, settings ...string) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts a server")
	}
	if _, err := exec.LookPath("redis-server"); err != nil && os.Getenv("CI") == "" {
		t.Skip("no redis-server: make deps installs it")
	}
	s := &server{TB: t, dir: t.TempDir(), port: freePort(t), cut: map[string]bool{}}
	lines := append([]string{
		"bind 127.0.0.1", fmt.Sprint("port ", s.port), "dir " + s.dir, "logfile " + filepath.Join(s.dir, "log"), `save ""`,
		"appendonly yes", "appendfsync always", "busy-reply-threshold 100",
		"user admin on >admin allcommands allkeys allchannels",
		"requirepass none",
		"user node on >node " + strings.Join(redisbroker.Permissions(), " "),
	}, settings...)
	if err := os.WriteFile(filepath.Join(s.dir, "redis.conf"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(func() {
		s.end(os.Kill)
		if text, err := os.ReadFile(filepath.Join(s.dir, "log")); err == nil && t.Failed() {
			t.Logf("the server's log:\n%s", text)
		}
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
	s.cmd = exec.Command("redis-server", filepath.Join(s.dir, "redis.conf"))
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := s.client("admin", ""); err == nil {
			err := c.Do(context.Background(), c.B().Ping().Build()).Error()
			c.Close()
			if err == nil {
				return
			}
		}
	}
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	s.Fatalf("the server does not start:\n%s", text)
}

func (s *server) end(signal os.Signal) {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(signal)
		_ = s.cmd.Wait() // it ends by the signal
		s.cmd = nil
	}
}

// client returns a connection of the user, as the node of that name if it is one.
func (s *server) client(user, node string) (rueidis.Client, error) {
	return rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{fmt.Sprintf("127.0.0.1:%d", s.port)}, Username: user, Password: user, DisableCache: true,
		ConnWriteTimeout: 2 * time.Second, ClientName: node,
		DialCtxFn: func(ctx context.Context, _ string, dialer *net.Dialer, _ *tls.Config) (net.Conn, error) {
			s.mu.Lock()
			cut, port := node != "" && s.cut[node], s.port
			s.mu.Unlock()
			if cut {
				return nil, fmt.Errorf("node %s is parted", node)
			}
			return dialer.DialContext(ctx, "tcp", fmt.Sprint("127.0.0.1:", port))
		},
	})
}

// do runs a command that no node may.
func (s *server) do(words ...string) string {
	s.Helper()
	c, err := s.client("admin", "")
	if err != nil {
		s.Fatal(err)
	}
	defer c.Close()
	text, err := c.Do(context.Background(), c.B().Arbitrary(words...).Build()).ToAny()
	if err != nil && !rueidis.IsRedisNil(err) {
		s.Fatalf("%q: %v", words, err)
	}
	return fmt.Sprint(text)
}

// offset returns a number of what INFO says.
func offset(info, name string) int {
	_, rest, _ := strings.Cut(info, name+":")
	var n int
	_, _ = fmt.Sscan(rest, &n) // 0 if it is not there
	return n
}

// engine returns what the suite needs of the server.
func (s *server) engine() *eventbustest.Engine {
	clients := 0
	names := map[string]string{} // of the connections of nodes
	return &eventbustest.Engine{
		Open: func() broker.Broker {
			clients++
			name := fmt.Sprint("client", clients)
			c, err := s.client("node", name)
			if err != nil {
				s.Fatal(err)
			}
			s.Cleanup(c.Close)
			return named{redisbroker.New(c), func(node string) {
				s.mu.Lock()
				defer s.mu.Unlock()
				names[node] = name
			}}
		},
		Stop:  func() { s.end(os.Kill) },
		Start: s.start,
		Snapshot: func() func() { // a replica that lags from here on, and takes over
			replica := newServer(s, "masteruser admin", "masterauth admin", fmt.Sprint("replicaof 127.0.0.1 ", s.port))
			for !strings.Contains(replica.do("INFO", "replication"), "master_link_status:up") ||
				offset(replica.do("INFO", "replication"), "slave_repl_offset") < offset(s.do("INFO", "replication"), "master_repl_offset") {
				time.Sleep(20 * time.Millisecond)
			}
			replica.do("REPLICAOF", "NO", "ONE")
			return func() {
				s.end(os.Kill)
				s.mu.Lock()
				s.port = replica.port
				s.mu.Unlock()
			}
		},
		Delete: func() { s.do("FLUSHALL") },
		Evict: func(n int) bool {
			parts := []string{"{eventgen}:meta", "{eventgen}:log"}
			if n < len(parts) {
				s.do("DEL", parts[n])
			}
			return n < len(parts)
		},
		Trim: func(keep int) {
			s.do("EVAL", `
				redis.call('XTRIM', KEYS[2], 'MAXLEN', ARGV[1])
				redis.call('HSET', KEYS[1], 'first', string.match(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1], '%d+'))
			`, "2", "{eventgen}:meta", "{eventgen}:log", fmt.Sprint(keep))
		},
		Cut: func(node string, cut bool) {
			s.mu.Lock()
			name := names[node]
			s.cut[name] = cut
			s.mu.Unlock()
			if !cut {
				return
			}
			for line := range strings.Lines(s.do("CLIENT", "LIST")) {
				if strings.Contains(line, " name="+name+" ") {
					_, rest, _ := strings.Cut(line, "id=") // the first line begins with the kind of the text
					id, _, _ := strings.Cut(rest, " ")
					s.do("CLIENT", "KILL", "ID", id)
				}
			}
		},
		Kick: func() {
			s.do("CLIENT", "KILL", "TYPE", "pubsub")
			s.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
		},
		Freeze: func(d time.Duration) { // BUSY, to be exact
			loops, err := s.client("admin", "")
			if err != nil {
				s.Fatal(err)
			}
			ends, err := s.client("admin", "") // nobody can connect while it loops
			if err != nil {
				s.Fatal(err)
			}
			go func() {
				defer loops.Close()
				_ = loops.Do(context.Background(), loops.B().Arbitrary("EVAL", "while true do end", "0").Build()).Error() // it is killed
			}()
			time.AfterFunc(d, func() {
				defer ends.Close()
				if err := ends.Do(context.Background(), ends.B().Arbitrary("SCRIPT", "KILL").Build()).Error(); err != nil {
					s.Error(err)
				}
			})
		},
		Refuse: func(refuse bool) {
			limit := "0"
			if refuse {
				limit = "1"
			}
			s.do("CONFIG", "SET", "maxmemory", limit)
		},
	}
}

// named tells which node a connection is of.
type named struct {
	broker.Log
	started func(string)
}

func (n named) Start(ctx context.Context, node broker.Node) error {
	n.started(node.Name)
	return n.Log.Start(ctx, node)
}
