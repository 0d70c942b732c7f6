package httptransport

import (
	"net"
	"syscall"
	"time"
)

// bufferSize is that of the buffers that sockets which can be tried share.
const bufferSize = 16 << 10

// socket is the link of a WebSocket.
type socket struct {
	net.Conn
	h   *Handler
	raw syscall.RawConn // nil where the connection is no plain socket: under TLS

	// What the callbacks of raw work on: kept here, so that they cost no allocation for each call.
	p       []byte
	n       int
	err     error
	tryFunc func(fd uintptr) bool
}

func newSocket(h *Handler, c net.Conn) *socket {
	s := &socket{Conn: c, h: h}
	// Nothing but a plain socket: what wraps one has its reasons.
	var sc syscall.Conn
	switch c := c.(type) {
	case *net.TCPConn:
		sc = c
	case *net.UnixConn:
		sc = c
	}
	if sc != nil && canTry {
		if raw, err := sc.SyscallConn(); err == nil {
			s.raw = raw
			s.tryFunc = func(fd uintptr) bool {
				s.n, s.err = tryWrite(fd, s.p)
				return true // never wait
			}
		}
	}
	return s
}

func (s *socket) Try(p []byte) (int, error) {
	if s.raw == nil {
		return 0, nil
	}
	s.p = p
	err := s.raw.Write(s.tryFunc)
	s.p = nil
	if err != nil {
		return 0, err
	}
	return s.n, s.err
}

func (s *socket) Write(p []byte, deadline time.Time) (int, error) {
	if err := s.SetWriteDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := s.Conn.Write(p)
	if err == nil {
		// A deadline that has passed would fail the next try.
		err = s.SetWriteDeadline(time.Time{})
	}
	return n, err
}

func (s *socket) Spawn(f func()) { s.h.Go(f) }

func (s *socket) Shut() { _ = s.Conn.Close() }

// receive hands what arrives to feed until the connection or feed fails. It holds a buffer only while there
// is something to read, if the connection can be waited for without one.
func (s *socket) receive(feed func([]byte) error) error {
	if s.raw == nil {
		return s.receiveBuffered(feed)
	}
	var (
		buf []byte
		n   int
		got error
	)
	ready := func(fd uintptr) bool {
		buf = takeBuffer()
		var again bool
		if n, again, got = tryRead(fd, buf); again {
			returnBuffer(buf)
			buf = nil // which would keep it from being collected for as long as the connection is idle
			return false
		}
		return true
	}
	for {
		if err := s.raw.Read(ready); err != nil {
			return err
		}
		if got == nil {
			got = feed(buf[:n])
		}
		returnBuffer(buf)
		buf = nil
		if got != nil {
			return got
		}
	}
}

func (s *socket) receiveBuffered(feed func([]byte) error) error {
	buf := make([]byte, 4096)
	for {
		n, err := s.Read(buf)
		if n > 0 {
			if err := feed(buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}
