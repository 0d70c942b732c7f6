package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/client"
	"github.com/eventgen/eventgen/internal/run"
)

// dialFlags are the flags of the commands that speak to a running application.
type dialFlags struct {
	read      *outputFlags
	lock      string
	headers   []string
	cookies   []string
	tokenEnv  string
	window    string
	transport string
}

func addDialFlags(cmd *cobra.Command) *dialFlags {
	f := &dialFlags{}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.tokenEnv, "token-env", "EVENTGEN_TOKEN", "environment `variable` with the bearer token")
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "`header` of the request, as \"Name: value\"; repeated for more")
	flags.StringArrayVar(&f.cookies, "cookie", nil, "`cookie` of the request, as name=value; repeated for more")
	flags.StringVar(&f.window, "window", "", "the `label` to go by")
	flags.StringVar(&f.transport, "transport", "", "how to connect (`ws|sse`; default: ws, and sse where that fails)")
	flags.StringVar(&f.lock, "lock", "", "read the contract from this eventgen.lock.json, or `file`'s directory (default: the packages here)")
	f.read = &outputFlags{words: map[string]*string{}}
	f.read.addSources(cmd)
	for _, name := range []string{"type", "tags"} {
		_ = flags.MarkHidden(name)
	}
	return f
}

// options returns how to reach the application at the URL.
func (f *dialFlags) options(a *app, address string) (client.Options, error) {
	target, err := url.Parse(address)
	if err == nil && !strings.Contains(address, "://") {
		target, err = url.Parse("http://" + address)
	}
	if err != nil || target.Host == "" {
		return client.Options{}, usage("write it as http://localhost:8080/events", "%q is no URL", address)
	}
	switch target.Scheme {
	case "ws":
		target.Scheme = "http"
	case "wss":
		target.Scheme = "https"
	case "http", "https":
	default:
		return client.Options{}, usage("write it as http://localhost:8080/events", "%q is no URL of http", address)
	}
	if target.Path == "" {
		target.Path = "/events"
	}
	o := client.Options{URL: target, Header: http.Header{}, Window: f.window, Transport: client.Transport(f.transport), Token: a.getenv(f.tokenEnv)}
	if o.Transport != client.Auto && o.Transport != client.WebSocket && o.Transport != client.EventStream {
		return o, usage("write --transport ws or --transport sse", "there is no transport %q", f.transport)
	}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return o, usage("write --header \"Name: value\"", "%q is no header", header)
		}
		o.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if len(f.cookies) > 0 {
		o.Header.Set("Cookie", strings.Join(f.cookies, "; "))
	}
	return o, nil
}

// contract reads what the application and its clients have agreed on: of a lock, or of the packages here.
func (f *dialFlags) contract(a *app, cmd *cobra.Command) (*run.Contract, error) {
	if f.lock != "" {
		contract, err := run.LockedContract(a.place(), f.lock)
		if err != nil {
			return nil, environment(err, "name the file, or the directory that it lies in")
		}
		return contract, nil
	}
	j, err := a.job(cmd, f.read, nil)
	if err != nil {
		return nil, err
	}
	contract, list, err := run.ContractOf(cmd.Context(), j)
	if err != nil {
		return nil, err
	}
	return contract, a.refuse(list)
}

// getenv returns a variable of the environment that the program was called with.
func (a *app) getenv(name string) string {
	for _, entry := range a.env {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// painter colours what a person sees on a terminal.
type painter bool

// painter returns one that colours if what it paints goes to a terminal, and the environment does not forbid it.
func (a *app) painter(w any) painter {
	file, ok := w.(*os.File)
	if !ok || a.getenv("NO_COLOR") != "" || a.getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return painter(err == nil && info.Mode()&os.ModeCharDevice != 0)
}

func (p painter) paint(code int, text string) string {
	if !p {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", code, text)
}

// The colours.
const (
	dim    = 2
	red    = 31
	green  = 32
	yellow = 33
	cyan   = 36
)
