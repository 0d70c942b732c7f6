// Command server is what bench/fanout measures: it sends messages to every connection, by the
// library that its first argument names. The second, if not empty, is the file for a CPU profile. It
// prints its address, and then does what standard input says, until that ends:
//
//	send COUNT RATE   send so many messages, so many a second (0: as fast as the slowest reader)
//	progress COUNT    every reader has had so many of them
//	stat              print the state of this process
//	collect           as stat, after a garbage collection
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// hub sends to everyone who is connected.
type hub interface {
	// serve accepts connections until the process ends.
	serve(l net.Listener) error
	// send sends messages; none is changed afterwards.
	send(messages [][]byte)
}

// queue is how many messages a hub may hold for each connection, where it can be set.
const queue = 512

// window is how many messages may be under way to the slowest reader that reports progress.
const window = 512

// burst is how many messages a hub is given at once.
const burst = 64

// messageBytes is the length of a message.
const messageBytes = 120

var hubs = map[string]func() (hub, error){
	"tcp": newTCP, "sse": newSSE, "gobwas": newGobwas, "coder": newCoder, "gorilla": newGorilla,
	"gws": newGWS, "eventgen": newEventgen, "melody": newMelody, "centrifuge": newCentrifuge,
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(name, profile string) error {
	open := hubs[name]
	if open == nil {
		return fmt.Errorf("no hub %q", name)
	}
	h, err := open()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		if err := h.serve(l); err != nil {
			fmt.Fprintln(os.Stderr, "server:", err)
			os.Exit(1)
		}
	}()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Println(l.Addr())
	s := &sender{hub: h, moved: make(chan struct{}, 1)}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if err := s.do(in.Text()); err != nil {
			return err
		}
	}
	return nil
}

// sender paces a hub.
type sender struct {
	hub  hub
	done atomic.Int64 // messages that every reader has had
	// moved has an element after done has changed.
	moved chan struct{}
}

func (s *sender) do(line string) error {
	verb, _, _ := strings.Cut(line, " ")
	switch verb {
	case "send":
		var count, rate int64
		if _, err := fmt.Sscanf(line, "send %d %d", &count, &rate); err != nil {
			return err
		}
		s.done.Store(0)
		go s.send(count, rate)
	case "progress":
		var done int64
		if _, err := fmt.Sscanf(line, "progress %d", &done); err != nil {
			return err
		}
		s.done.Store(done)
		select {
		case s.moved <- struct{}{}:
		default:
		}
	case "stat", "collect":
		if verb == "collect" {
			runtime.GC()
			debug.FreeOSMemory()
		}
		return json.NewEncoder(os.Stdout).Encode(stat())
	default:
		return fmt.Errorf("unknown command %q", line)
	}
	return nil
}

// Stat is the state of the process.
type Stat struct {
	CPU        time.Duration
	RSS        int64
	Goroutines int
}

func stat() Stat {
	now, _ := measure.RSS(os.Getpid())
	return Stat{CPU: measure.CPU(), RSS: now, Goroutines: runtime.NumGoroutine()}
}

func (s *sender) send(count, rate int64) {
	start := time.Now()
	for sent := int64(0); sent < count; {
		n := min(burst, count-sent)
		if rate > 0 {
			n = 1
			time.Sleep(time.Until(start.Add(time.Duration(sent) * time.Second / time.Duration(rate))))
		} else {
			for sent+n-s.done.Load() > window {
				<-s.moved
			}
		}
		messages := make([][]byte, n)
		for i := range messages {
			messages[i] = message()
		}
		s.hub.send(messages)
		sent += n
	}
}

// message returns a JSON document with a mark that occurs nowhere else in the stream, and the
// time, so that readers need not understand the framing around it.
func message() []byte {
	m := make([]byte, 0, messageBytes)
	m = fmt.Appendf(m, `{"t":"^^%019d","text":"`, time.Now().UnixNano())
	m = append(m, slices.Repeat([]byte("x"), messageBytes-len(m)-2)...)
	return append(m, `"}`...)
}
