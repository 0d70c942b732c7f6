package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"time"
)

// opening opens a connection that receives every message.
type opening func(address string) (net.Conn, error)

var ways = []way{
	{"raw TCP, up to 64 messages a write", "tcp", dial, false},
	{"eventgen", "eventgen", upgrade("eventgen.v1", `{"hello":{"window":"main","listen":{"bench:message":{}}}}`), false},
	{"SSE, coalesced flush", "sse", get, false},
	{"gobwas/ws 1.5.0, the obvious hub", "gobwas", upgrade("", ""), true},
	{"coder/websocket 1.8.15", "coder", upgrade("", ""), true},
	{"gorilla/websocket 1.5.3, prepared messages", "gorilla", upgrade("", ""), true},
	{"gws 1.8.9, broadcaster", "gws", upgrade("", ""), true},
	{"melody 1.4.0", "melody", upgrade("", ""), true},
	{"centrifuge 0.40.1", "centrifuge", upgrade("", `{"id":1,"connect":{}}`), true},
}

func dial(address string) (net.Conn, error) { return net.Dial("tcp", address) }

func get(address string) (net.Conn, error) {
	c, err := dial(address)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nOrigin: http://%[1]s\r\nAccept: text/event-stream\r\n\r\n", address)
	return c, err
}

// upgrade opens a WebSocket; hello, if not empty, is the first message.
func upgrade(protocol, hello string) opening {
	return func(address string) (net.Conn, error) {
		c, err := dial(address)
		if err != nil {
			return nil, err
		}
		header := ""
		if protocol != "" {
			header = "Sec-WebSocket-Protocol: " + protocol + "\r\n"
		}
		if _, err := fmt.Fprintf(c, "GET /events HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", address, header); err != nil {
			return nil, err
		}
		if err := readHead(c); err != nil {
			_ = c.Close()
			return nil, err
		}
		if hello != "" {
			_, err = c.Write(clientFrame(hello))
		}
		return c, err
	}
}

// readHead reads the answer to an upgrade, and nothing after it.
func readHead(c net.Conn) error {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	defer func() { _ = c.SetReadDeadline(time.Time{}) }()
	var head []byte
	for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		if _, err := io.ReadFull(c, one); err != nil {
			return err
		}
		head = append(head, one...)
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 101")) {
		line, _, _ := bytes.Cut(head, []byte("\r\n"))
		return fmt.Errorf("the server answers %q", line)
	}
	return nil
}

// clientFrame is a text message as a client sends it, masked with zeros.
func clientFrame(text string) []byte {
	frame := []byte{0x81}
	if len(text) < 126 {
		frame = append(frame, 0x80|byte(len(text)))
	} else {
		frame = append(frame, 0x80|126, byte(len(text)>>8), byte(len(text)))
	}
	return append(append(frame, 0, 0, 0, 0), text...)
}
