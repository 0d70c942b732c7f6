package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/client"
	"github.com/eventgen/eventgen/internal/run"
)

func newEmit(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emit URL NAME [JSON]",
		Short: "Emit an event to a running application, as a client does",
		Long: `emit sends one event and waits for the answer. It checks the payload against the contract first:
that of the packages here, or of the lock file that --lock names. What is wrong with it is
shown at its place.

The payload is the third argument, or the standard input if that is "-". An event without a
payload has none. The exit status is 1 if the contract or the application refuses it.`,
		Example: `  eventgen emit http://localhost:8080/events user:action '{"kind":"cancel"}'
  eventgen emit localhost:8080 chat:message - --to window:settings < message.json`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addDialFlags(cmd)
	to := cmd.Flags().String("to", "", "whom to relay it to (`window:LABEL|group:NAME`)")
	timeout := cmd.Flags().Duration("timeout", 10*time.Second, "how `long` to wait for the answer")
	unchecked := cmd.Flags().Bool("unchecked", false, "do not check the payload against a contract")
	asJSON := cmd.Flags().Bool("json", false, "print the answer as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) < 2 || len(args) > 3 {
			return usage("write \"eventgen emit http://localhost:8080/events NAME JSON\"", "emit needs a URL, the name of an event, and its payload")
		}
		o, err := flags.options(a, args[0])
		if err != nil {
			return err
		}
		e := emission{app: a, name: args[1], timeout: *timeout, json: *asJSON || a.format == formatJSON}
		if err := e.read(args[2:], cmd.InOrStdin()); err != nil {
			return err
		}
		if e.to, err = target(*to); err != nil {
			return err
		}
		if !*unchecked {
			contract, err := flags.contract(a, cmd)
			if err != nil {
				return err
			}
			if err := contract.Check(e.name, e.payload); err != nil {
				return e.refuse(err)
			}
		}
		return e.send(cmd.Context(), o)
	}
	return cmd
}

// emission is one run of the command.
type emission struct {
	*app
	name        string
	payload, to json.RawMessage
	timeout     time.Duration
	json        bool
}

// read takes the payload from the arguments or the standard input.
func (e *emission) read(args []string, stdin io.Reader) error {
	if len(args) == 0 {
		return nil
	}
	text := []byte(args[0])
	if args[0] == "-" {
		var err error
		if text, err = io.ReadAll(stdin); err != nil {
			return environment(err, "")
		}
	}
	e.payload = bytes.TrimSpace(text)
	return nil
}

// target returns a target as the protocol writes it.
func target(text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	kind, name, ok := strings.Cut(text, ":")
	if !ok || kind != "window" && kind != "group" {
		return nil, usage("write --to window:settings or --to group:admins", "%q addresses nobody", text)
	}
	return json.Marshal(map[string]string{kind: name})
}

// send emits the event and says what it came to.
func (e *emission) send(ctx context.Context, o client.Options) error {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	var lost error
	o.On = func(h client.Happening) {
		if h.Lost != nil { // nobody waits for an application to come up
			lost = h.Lost.Why
			cancel()
		}
	}
	c := client.New(o)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	began := time.Now()
	err := c.Emit(ctx, e.name, e.payload, e.to)
	took := time.Since(began).Round(100 * time.Microsecond)
	cancel()
	why := <-ended
	if err != nil && lost != nil {
		why = lost
	}
	if why != nil {
		return reached(why)
	}
	var refusal *client.Refusal
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return environment(fmt.Errorf("no answer after %v", e.timeout), "does it run? \"eventgen tail "+o.URL.String()+" "+e.name+"\" shows why it cannot be reached")
	case errors.As(err, &refusal):
		return e.refuse(err)
	case err != nil:
		return environment(err, "")
	}
	if e.json {
		return e.print(map[string]any{"event": e.name, "ack": true, "seconds": took.Seconds()})
	}
	fmt.Fprintf(e.stdout, "%s %s in %v\n", e.painter(e.stdout).paint(green, "acknowledged"), e.name, took)
	return nil
}

// refuse says why the emit was refused, by the contract or by the application, and shows where in the payload.
func (e *emission) refuse(err error) error {
	var mismatch *run.Mismatch
	var refusal *client.Refusal
	who, code, message, path := "the contract", "invalid_payload", err.Error(), ""
	switch {
	case errors.As(err, &mismatch):
		message, path = mismatch.Message, mismatch.Path
	case errors.As(err, &refusal):
		who, code, path = "the application", refusal.Code, refusal.Path
		message = strings.TrimPrefix(refusal.Message, path+": ") // it says the path too
	default:
		code = "unknown_event"
	}
	if e.json {
		answer := map[string]any{"event": e.name, "ack": false, "error": client.Refusal{Code: code, Message: message, Path: path}}
		if err := e.print(answer); err != nil {
			return err
		}
		return problems
	}
	p := e.painter(e.stderr)
	text := strings.TrimSuffix(fmt.Sprintf("%s refuses %s: %s: %s", who, e.name, code, message), ": ")
	if path != "" {
		text += " (at " + path + ")"
	}
	fmt.Fprintln(e.stderr, p.paint(red, "error:"), text)
	if len(e.payload) > 0 && json.Valid(e.payload) && (mismatch != nil || path != "") {
		fmt.Fprint(e.stderr, pointOut(p, e.payload, path))
	}
	return problems
}

func (e *emission) print(v any) error {
	encoder := json.NewEncoder(e.stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// mostShown is how much is shown of a line before and after what is wrong in it.
const mostShown = 60

// pointOut returns the line of the text with the value at the path, and what points to it.
func pointOut(p painter, text []byte, path string) string {
	start, end := run.Locate(text, path)
	first := bytes.LastIndexByte(text[:start], '\n') + 1
	last := len(text)
	if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
		last = start + i
	}
	end = min(end, last)
	before, after := string(text[first:start]), string(text[end:last])
	if utf8.RuneCountInString(before) > mostShown {
		runes := []rune(before)
		before = "…" + string(runes[len(runes)-mostShown:])
	}
	if utf8.RuneCountInString(after) > mostShown {
		after = string([]rune(after)[:mostShown]) + "…"
	}
	value := string(text[start:end])
	blank := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, before)
	return fmt.Sprintf("    %s%s%s\n    %s%s\n", before, value, after, blank, p.paint(red, strings.Repeat("^", max(1, utf8.RuneCountInString(value)))))
}
