package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

func buildServer(path string) error {
	if out, err := exec.Command("go", "build", "-o", path, "./fanout/server").CombinedOutput(); err != nil {
		return fmt.Errorf("build the server (run this in the bench directory): %w\n%s", err, out)
	}
	return nil
}

// server is a running server process.
type server struct {
	cmd     *exec.Cmd
	address string
	mu      sync.Mutex
	in      io.WriteCloser
	out     *bufio.Reader
}

func startServer(path, name, profile string) (*server, error) {
	s := &server{cmd: exec.Command(path, name, profile)}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	line, err := s.out.ReadString('\n')
	if err != nil {
		s.close()
		return nil, fmt.Errorf("the server of %s did not start: %w", name, err)
	}
	s.address = strings.TrimSpace(line)
	return s, nil
}

// close ends the process, which does so when its input ends.
func (s *server) close() {
	_ = s.in.Close()
	kill := time.AfterFunc(5*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer kill.Stop()
	_ = s.cmd.Wait()
}

func (s *server) say(format string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Fprintf(s.in, format+"\n", args...)
	return err
}

// serverStat is the state of the server process.
type serverStat struct {
	CPU        time.Duration
	RSS        int64
	Goroutines int
}

func (s *server) stat(verb string) (serverStat, error) {
	var st serverStat
	if err := s.say("%s", verb); err != nil {
		return st, err
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return st, err
	}
	return st, json.Unmarshal(line, &st)
}
