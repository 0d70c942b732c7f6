package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/client"
)

func newTail(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tail URL [events]",
		Short: "Watch the events of a running application",
		Long: `tail connects to an application as its clients do and prints the events that it gets. It comes
back when the connection is lost, goes on where it was, and says what it has missed.

Events are named, or matched with a star: download:*. Without any, it listens to all events of
the contract: that of the packages here, or of the lock file that --lock names. Without a
contract, the events must be named.

Events are printed to the standard output, all else to the standard error.`,
		Example: `  eventgen tail http://localhost:8080/events
  eventgen tail https://example.com/events 'download:*' --json | jq .payload
  EVENTGEN_TOKEN=secret eventgen tail localhost:8080 --rate`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addDialFlags(cmd)
	t := &tail{app: a}
	cmd.Flags().StringArrayVar(&t.keys, "key", nil, "only this `key`, as JSON or text; repeated for more")
	cmd.Flags().StringVar(&t.grep, "grep", "", "only payloads with this `text`")
	cmd.Flags().IntVarP(&t.count, "count", "n", 0, "end after so many events")
	cmd.Flags().BoolVar(&t.rate, "rate", false, "print how many events there are each second instead")
	cmd.Flags().BoolVar(&t.json, "json", false, "print JSON, one event a line")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("write \"eventgen tail http://localhost:8080/events\"", "tail needs a URL")
		}
		o, err := flags.options(a, args[0])
		if err != nil {
			return err
		}
		if o.Listen, err = t.interests(cmd, flags, args[1:]); err != nil {
			return err
		}
		return t.run(cmd.Context(), o)
	}
	return cmd
}

// tail is one run of the command.
type tail struct {
	*app
	keys        []string
	grep        string
	count       int
	rate, json  bool
	asked       []string
	cancel      context.CancelFunc
	mu          sync.Mutex
	seen        int
	rates       map[string]int
	out, status painter
	width       int
	failure     error
}

// interests returns what to listen to.
func (t *tail) interests(cmd *cobra.Command, f *dialFlags, patterns []string) (map[string]client.Interest, error) {
	var keys []json.RawMessage
	for _, key := range t.keys {
		if !json.Valid([]byte(key)) {
			quoted, err := json.Marshal(key)
			if err != nil {
				return nil, err
			}
			key = string(quoted)
		}
		keys = append(keys, json.RawMessage(key))
	}
	exact := len(patterns) > 0 && !slices.ContainsFunc(patterns, func(p string) bool { return strings.Contains(p, "*") })
	listen := map[string]client.Interest{}
	if exact && f.lock == "" { // no contract is needed
		for _, name := range patterns {
			listen[name] = client.Interest{Keys: keys}
		}
		return listen, nil
	}
	contract, err := f.contract(t.app, cmd)
	if err != nil {
		return nil, err
	}
	for _, name := range contract.Events(false, patterns...) {
		fingerprint, _ := contract.Fingerprint(name)
		listen[name] = client.Interest{Contract: fingerprint, Keys: keys}
	}
	if len(listen) == 0 {
		return nil, usage("the server emits "+strings.Join(contract.Events(false), ", "), "no event matches %s", strings.Join(patterns, " "))
	}
	return listen, nil
}

func (t *tail) run(ctx context.Context, o client.Options) error {
	ctx, t.cancel = context.WithCancel(ctx)
	defer t.cancel()
	t.json = t.json || t.format == formatJSON
	t.out, t.status, t.rates = t.painter(t.stdout), t.painter(t.stderr), map[string]int{}
	for name := range o.Listen {
		t.width = max(t.width, min(len(name), 32))
	}
	t.asked = slices.Sorted(maps.Keys(o.Listen))
	o.On = t.on
	if t.rate {
		go t.printRates(ctx)
	}
	err := client.New(o).Run(ctx)
	if t.failure != nil {
		err = t.failure
	}
	return reached(err)
}

// reached says what to do about an application that cannot be reached.
func reached(err error) error {
	var closed *client.Closed
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed) && closed.Code == 4401:
		return environment(err, "set EVENTGEN_TOKEN, or give --header or --cookie")
	case errors.As(err, &closed) && closed.Code == 4403:
		return environment(err, "these credentials may not do that")
	}
	return environment(err, "is this the URL that the page connects to?")
}

// say prints a line about the connection.
func (t *tail) say(colour int, format string, args ...any) {
	if !t.quiet {
		fmt.Fprintln(t.stderr, t.status.paint(colour, fmt.Sprintf(format, args...)))
	}
}

func (t *tail) on(h client.Happening) {
	switch {
	case h.Event != nil:
		t.event(h.Event)
	case h.Connected != nil && h.Connected.First:
		t.say(dim, "connected by %s, listening to %s", h.Connected.Transport, strings.Join(t.asked, ", "))
	case h.Connected != nil && h.Connected.Resumed:
		t.say(green, "connected again: nothing was missed")
	case h.Connected != nil:
		t.say(yellow, "connected again, from now on")
	case h.Lost != nil:
		t.say(yellow, "the connection is lost (%v), trying again in %v", h.Lost.Why, h.Lost.Next.Round(time.Millisecond))
	case h.Gap != nil:
		for _, name := range slices.Sorted(maps.Keys(h.Gap)) {
			if n := h.Gap[name]; n != nil {
				t.say(red, "missed: %d of %s", *n, name)
			} else {
				t.say(red, "missed: some of %s", name)
			}
		}
	case h.Stale != nil:
		for _, name := range slices.Sorted(maps.Keys(h.Stale)) {
			t.say(yellow, "%s has another contract there than here", name)
		}
	case h.Refused != nil:
		t.refused(h.Refused)
	}
}

// refused ends the run if there is nothing left to listen to.
func (t *tail) refused(events map[string]*client.Refusal) {
	for _, name := range slices.Sorted(maps.Keys(events)) {
		t.say(red, "%s is refused: %v", name, events[name])
		t.asked = slices.DeleteFunc(t.asked, func(asked string) bool { return asked == name })
	}
	if len(t.asked) == 0 {
		t.failure = errors.New("the server refuses all events that were asked for")
		t.cancel()
	}
}

// printed is an event as --json prints it.
type printed struct {
	Time    time.Time         `json:"time"`
	Event   string            `json:"event"`
	Seq     uint64            `json:"seq"`
	Payload json.RawMessage   `json:"payload,omitempty"`
	Batch   []json.RawMessage `json:"batch,omitempty"`
}

func (t *tail) event(e *client.Event) {
	payload := e.Payload
	if e.Batch != nil {
		payload = append(append([]byte{'['}, bytes.Join(raws(e.Batch), []byte{','})...), ']')
	}
	if t.grep != "" && !bytes.Contains(payload, []byte(t.grep)) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count > 0 && t.seen >= t.count {
		return
	}
	t.rates[e.Name] += max(1, len(e.Batch))
	if !t.rate {
		t.print(e, payload)
	}
	if t.seen++; t.seen == t.count {
		t.cancel()
	}
}

func raws(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

func (t *tail) print(e *client.Event, payload []byte) {
	if t.json {
		text, err := json.Marshal(printed{time.Now(), e.Name, e.Seq, e.Payload, e.Batch})
		if err == nil {
			fmt.Fprintf(t.stdout, "%s\n", text)
		}
		return
	}
	line := t.out.paint(dim, time.Now().Format("15:04:05.000")) + "  " + t.out.paint(cyan, fmt.Sprintf("%-*s", t.width, e.Name)) +
		"  " + t.out.paint(dim, fmt.Sprintf("%6d", e.Seq))
	if e.Batch != nil {
		line += t.out.paint(dim, fmt.Sprintf(" x%d", len(e.Batch)))
	}
	fmt.Fprintln(t.stdout, strings.TrimRight(line+"  "+string(payload), " "))
}

// printRates prints how many events there were in each second.
func (t *tail) printRates(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			t.mu.Lock()
			rates := maps.Clone(t.rates)
			clear(t.rates)
			t.mu.Unlock()
			t.writeRates(t.stdout, now, rates)
		}
	}
}

func (t *tail) writeRates(w io.Writer, now time.Time, rates map[string]int) {
	if t.json {
		text, err := json.Marshal(struct {
			Time   time.Time      `json:"time"`
			Events map[string]int `json:"events"`
		}{now, rates})
		if err == nil {
			fmt.Fprintf(w, "%s\n", text)
		}
		return
	}
	total := 0
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(rates)) {
		total += rates[name]
		parts = append(parts, fmt.Sprintf("%s %d", t.out.paint(cyan, name), rates[name]))
	}
	fmt.Fprintf(w, "%s  %6d/s  %s\n", t.out.paint(dim, now.Format("15:04:05")), total, strings.Join(parts, "  "))
}
