package inspect

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/inspect/wire"
	"github.com/eventgen/eventgen/runtime/internal/port"
	"github.com/eventgen/eventgen/runtime/session"
)

//go:embed page/index.html page/inspect.css page/inspect.js
var files embed.FS

// Option configures an [Inspector].
type Option interface{ apply(i *Inspector) error }

type optionFunc func(*Inspector) error

func (f optionFunc) apply(i *Inspector) error { return f(i) }

// WithContract gives the inspector the JSON Schema of the events, as "eventgen export jsonschema" writes it: documentation,
// the types of payloads, and the example that the editor starts with. Without it the page shows names and payloads.
func WithContract(schema []byte) Option {
	return optionFunc(func(i *Inspector) (err error) {
		i.contract, err = readContract(schema)
		return err
	})
}

// WithHidden keeps payloads of these events out of the page and of what it records. Their deliveries are still shown.
func WithHidden(events ...string) Option {
	return optionFunc(func(i *Inspector) error {
		for _, event := range events {
			i.hidden[event] = true
		}
		return nil
	})
}

// WithHosts lets the inspector answer under these host names too, and then to requests from any machine. Whoever reaches
// it can read everything and emit everything: keep it behind a login. By default it answers requests from this machine to
// localhost and loopback addresses alone.
func WithHosts(hosts ...string) Option {
	return optionFunc(func(i *Inspector) error {
		for _, host := range hosts {
			i.hosts = append(i.hosts, strings.ToLower(host))
		}
		return nil
	})
}

// Inspector watches one bus and serves the page that shows it. It is made by [New], given to the bus by
// eventbus.WithObserver, and ends with the bus.
type Inspector struct {
	hidden   map[string]bool
	hosts    []string
	contract map[string]contracted
	mux      *http.ServeMux

	own  *eventbus.Bus          // what the page listens to
	http *httptransport.Handler // serves it

	source observe.Source
	door   port.Port // to the bus that is inspected
	ended  chan struct{}
	once   sync.Once

	mu      sync.Mutex
	n       uint64
	waiting map[waitingID]*waiting
}

// New returns an inspector that has no bus yet.
func New(opts ...Option) (*Inspector, error) {
	i := &Inspector{hidden: map[string]bool{}, waiting: map[waitingID]*waiting{}, mux: http.NewServeMux(), ended: make(chan struct{})}
	for _, o := range opts {
		if o == nil {
			continue
		}
		if err := o.apply(i); err != nil {
			return nil, fmt.Errorf("inspect: %w", err)
		}
	}
	var err error
	if i.own, err = eventbus.New(eventbus.WithCatalog(wire.Events), eventbus.WithLog(32<<20, time.Minute)); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	i.http, err = httptransport.New(i.own, session.WithMaxPayload(1<<20), session.WithQueue(200))
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	wire.OnEmit(i.own, i.emit)
	page, err := fs.Sub(files, "page")
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	i.mux.Handle("/events", i.http)
	i.mux.Handle("/", http.FileServerFS(page))
	return i, nil
}

// Observe implements [observe.Observer].
func (i *Inspector) Observe(s observe.Source) {
	i.source = s
	if bus, ok := s.(interface {
		Attach(port.Sink) (port.Port, error)
	}); ok {
		i.door, _ = bus.Attach(sink{i}) // a bus that is being made is open
	}
	go i.report()
}

// Listened implements [observe.Observer].
func (*Inspector) Listened(*eventdef.Info, time.Duration) {}

// sink ends the inspector with the bus.
type sink struct{ i *Inspector }

func (sink) Wake() {}

func (s sink) Shutdown() { go s.i.close() }

// close ends what the inspector has of its own.
func (i *Inspector) close() {
	i.once.Do(func() {
		close(i.ended)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = i.own.Close(ctx)
		_ = i.http.Close(ctx)
		if i.door != nil {
			i.door.Detach()
		}
	})
}

// ServeHTTP serves the page.
func (i *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !i.allowed(r) {
		http.Error(w, "the inspector answers requests from this machine to localhost; inspect.WithHosts allows other names", http.StatusForbidden)
		return
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		if r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
			http.Error(w, "the inspector serves no pages of other origins", http.StatusForbidden)
			return
		}
	}
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	i.mux.ServeHTTP(w, r)
}

// allowed reports whether the request comes from where it may, and asks for a name that is ours: a page elsewhere can make
// its own name point here.
func (i *Inspector) allowed(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if slices.Contains(i.hosts, host) {
		return true
	}
	return loopback(host) && loopback(addressOf(r.RemoteAddr))
}

func addressOf(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// emit is what the editor of the page asks for.
func (i *Inspector) emit(ctx context.Context, e wire.Emit) error {
	if i.door == nil {
		return eventbus.Reject("no_bus", "the inspector has no bus")
	}
	in := port.Incoming{Event: e.Event, Payload: e.Payload}
	if len(e.To) > 0 {
		if err := in.To.UnmarshalJSON(e.To); err != nil {
			return eventbus.Reject(eventbus.CodeInvalidTarget, "not a target")
		}
	}
	err := inject(ctx, i.door, in, "inspector")
	if err == nil {
		return nil
	}
	shown, ok := errors.AsType[*eventbus.Error](err)
	if !ok {
		return eventbus.Reject(eventbus.CodeInternal, err.Error())
	}
	message := shown.Error()
	if shown.Err != nil {
		message = shown.Err.Error()
	}
	if shown.Path != "" {
		message = shown.Path + ": " + strings.TrimPrefix(message, shown.Path+": ")
	}
	return eventbus.Reject(shown.Code, message)
}

// inject brings an event in as Go code emits it, or as a client of that label if only clients do.
func inject(ctx context.Context, door port.Port, in port.Incoming, window string) error {
	info := door.Lookup(in.Event)
	if info != nil && info.From == eventdef.FromClient {
		return door.Emit(ctx, eventbus.Peer{ID: window, Window: window}, in)
	}
	return door.Inject(ctx, in)
}
