package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// conn carries messages. close ends receive and send; it may be called at any time, and more than once.
type conn interface {
	send(ctx context.Context, message []byte) error
	receive() ([]byte, error)
	close()
}

const protocol = "eventgen.v1"

// socket is a WebSocket.
type socket struct {
	net.Conn
	read io.Reader // the connection, with what came along with the handshake
	mu   sync.Mutex
}

func dialSocket(ctx context.Context, o *Options, hello []byte) (conn, error) {
	target := *o.URL
	target.Scheme = map[string]string{"http": "ws", "https": "wss"}[target.Scheme]
	d := ws.Dialer{Header: ws.HandshakeHeaderHTTP(o.Header), Protocols: []string{protocol}}
	if o.Token != "" {
		d.Protocols = append(d.Protocols, "eventgen.bearer."+base64.RawURLEncoding.EncodeToString([]byte(o.Token)))
	}
	raw, early, _, err := d.Dial(ctx, target.String())
	var status ws.StatusError
	switch {
	case errors.As(err, &status) && status == http.StatusServiceUnavailable:
		return nil, errors.New("the server is shutting down")
	case errors.As(err, &status) && status == http.StatusForbidden:
		return nil, &Closed{4403, "the server refuses this origin"}
	case errors.As(err, &status), errors.Is(err, ws.ErrHandshakeBadUpgrade), errors.Is(err, ws.ErrHandshakeBadProtocol):
		return nil, unreachable{fmt.Errorf("there is no WebSocket of eventgen at %s: %w", o.URL, err)}
	case err != nil:
		return nil, err
	}
	s := &socket{Conn: raw, read: raw}
	if early != nil {
		s.read = io.MultiReader(early, raw)
	}
	if err := s.send(ctx, hello); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// Read reads what came with the handshake first.
func (s *socket) Read(p []byte) (int, error) { return s.read.Read(p) }

// Write writes one frame: answers to pings go between messages.
func (s *socket) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Conn.Write(p)
}

func (s *socket) send(_ context.Context, message []byte) error {
	frame, err := ws.CompileFrame(ws.MaskFrame(ws.NewTextFrame(message)))
	if err != nil {
		return err
	}
	_, err = s.Write(frame)
	return err
}

func (s *socket) receive() ([]byte, error) {
	text, err := wsutil.ReadServerText(s)
	var closed wsutil.ClosedError
	if errors.As(err, &closed) {
		return nil, &Closed{int(closed.Code), closed.Reason}
	}
	return text, err
}

func (s *socket) close() { _ = s.Conn.Close() }

// stream is an event stream, with POST for what the client says.
type stream struct {
	o      *Options
	body   io.ReadCloser
	cancel context.CancelFunc
	lines  *bufio.Reader
	peer   string // of the welcome
}

func dialStream(ctx context.Context, o *Options, hello []byte) (conn, error) {
	streaming, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	answer, err := post(streaming, o, hello, "Accept", "text/event-stream")
	if err == nil && !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		err = refused(o, answer)
	}
	if !stop() || err != nil {
		cancel()
		return nil, cmpErr(err, ctx.Err())
	}
	return &stream{o: o, body: answer.Body, cancel: cancel, lines: bufio.NewReader(answer.Body)}, nil
}

func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func post(ctx context.Context, o *Options, body []byte, header, value string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.URL.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range o.Header {
		r.Header[name] = values
	}
	if o.Token != "" {
		r.Header.Set("Authorization", "Bearer "+o.Token)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(header, value)
	return http.DefaultClient.Do(r)
}

// refused returns why the server does not open a stream, or does not take frames.
func refused(o *Options, answer *http.Response) error {
	defer answer.Body.Close()
	var body struct {
		Error Refusal `json:"error"`
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil || json.Unmarshal(text, &body) != nil || body.Error.Code == "" {
		return unreachable{fmt.Errorf("there is no eventgen at %s: the answer is %s", o.URL, answer.Status)}
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return &Closed{4401, body.Error.Error()}
	case http.StatusForbidden:
		return &Closed{4403, body.Error.Error()}
	}
	return &body.Error
}

func (s *stream) receive() ([]byte, error) {
	var event string
	var data []byte
	for {
		line, err := s.lines.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		name, value, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case string(name) == "event":
			event = string(value)
		case string(name) == "data":
			data = append(data, value...)
		case len(bytes.TrimSpace(line)) == 0 && event == "close":
			closed := new(Closed)
			_ = json.Unmarshal(data, closed) // a stream that ends without a reason is lost
			return nil, closed
		case len(bytes.TrimSpace(line)) == 0 && data != nil:
			if s.peer == "" {
				if frames, err := parse(data); err == nil && frames[0].Welcome != nil {
					s.peer = frames[0].Welcome.Peer
				}
			}
			return data, nil
		}
	}
}

func (s *stream) send(ctx context.Context, message []byte) error {
	answer, err := post(ctx, s.o, message, "Eventgen-Peer", s.peer)
	if err != nil {
		return err
	}
	if answer.StatusCode == http.StatusAccepted {
		return answer.Body.Close()
	}
	return refused(s.o, answer)
}

func (s *stream) close() {
	s.cancel()
	_ = s.body.Close()
}
