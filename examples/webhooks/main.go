// Webhooks turns GitHub's webhooks and Docker's event stream into typed events.
//
//	go run ./webhooks                     replays the recorded payloads and ends
//	go run ./webhooks -addr :8080         serves POST /github and POST /docker until interrupted
//
// Point a repository's webhook at /github, or try it by hand:
//
//	docker events --format '{{json .}}' | curl -T - http://localhost:8080/docker
package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"

	"github.com/docker/docker/api/types/events"
	"github.com/google/go-github/v84/github"

	"github.com/eventgen/eventgen/examples/webhooks/hooks"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

//go:embed testdata/*.json
var recorded embed.FS

func main() {
	addr := flag.String("addr", "", "listen here; empty: replay the recorded payloads")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "webhooks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string, out io.Writer) error {
	bus, err := eventbus.New(eventbus.WithCatalog(hooks.Events))
	if err != nil {
		return err
	}
	defer bus.Close(context.WithoutCancel(ctx))
	report(bus, out)

	if addr != "" {
		return serve(ctx, addr, handler(bus), out)
	}
	if err := replay(handler(bus)); err != nil {
		return err
	}
	return bus.Flush(ctx)
}

// report prints one line for every event.
func report(bus *eventbus.Bus, out io.Writer) {
	hooks.OnPush(bus, func(_ context.Context, push github.PushEvent) error {
		_, err := fmt.Fprintf(out, "push          %s: %d commit(s) to %s by %s\n",
			push.GetRepo().GetFullName(), len(push.Commits), push.GetRef(), push.GetSender().GetLogin())
		return err
	})
	hooks.OnWorkflowRun(bus, func(_ context.Context, run github.WorkflowRunEvent) error {
		_, err := fmt.Fprintf(out, "workflow run  %s #%d: %s, %s\n",
			run.GetWorkflow().GetName(), run.GetWorkflowRun().GetRunNumber(), run.GetAction(), run.GetWorkflowRun().GetConclusion())
		return err
	})
	hooks.OnPullRequest(bus, func(_ context.Context, pull github.PullRequestEvent) error {
		_, err := fmt.Fprintf(out, "pull request  #%d %s: %q\n", pull.GetNumber(), pull.GetAction(), pull.GetPullRequest().GetTitle())
		return err
	})
	hooks.OnContainerBatch(bus, func(_ context.Context, batch []events.Message) error {
		for _, event := range batch {
			if _, err := fmt.Fprintf(out, "docker        %s %s %.12s\n", event.Type, event.Action, event.Actor.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// handler receives GitHub's webhooks at /github and lines of "docker events" at /docker.
func handler(bus *eventbus.Bus) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /github", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 25<<20)) // GitHub's own limit
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		event, err := github.ParseWebHook(github.WebHookType(r), body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		respond(w, emitGitHub(r.Context(), bus, event))
	})
	mux.HandleFunc("POST /docker", func(w http.ResponseWriter, r *http.Request) {
		lines := json.NewDecoder(r.Body)
		for {
			var event events.Message
			err := lines.Decode(&event)
			if errors.Is(err, io.EOF) {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if err := hooks.EmitContainer(r.Context(), bus, event); err != nil {
				respond(w, err)
				return
			}
		}
	})
	return mux
}

func emitGitHub(ctx context.Context, bus *eventbus.Bus, event any) error {
	switch event := event.(type) {
	case *github.PushEvent:
		return hooks.EmitPush(ctx, bus, *event)
	case *github.WorkflowRunEvent:
		return hooks.EmitWorkflowRun(ctx, bus, *event)
	case *github.PullRequestEvent:
		return hooks.EmitPullRequest(ctx, bus, *event)
	}
	return nil // a kind of webhook that nobody declared an event for
}

func respond(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// replay posts the recorded payloads, as GitHub and "docker events" would.
func replay(h http.Handler) error {
	for _, name := range []string{"push", "workflow_run", "pull_request", "docker"} {
		body, err := recorded.ReadFile("testdata/" + name + ".json")
		if err != nil {
			return err
		}
		path := "/github"
		if name == "docker" {
			path = "/docker"
		}
		request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		request.Header.Set("X-GitHub-Event", name)
		request.Header.Set("Content-Type", "application/json")
		response := httptest.NewRecorder()
		h.ServeHTTP(response, request)
		if response.Code != http.StatusNoContent {
			return fmt.Errorf("%s.json: %d %s", name, response.Code, strings.TrimSpace(response.Body.String()))
		}
	}
	return nil
}

func serve(ctx context.Context, addr string, h http.Handler, out io.Writer) error {
	server := &http.Server{Addr: addr, Handler: h}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	fmt.Fprintf(out, "serving POST /github and POST /docker on %s\n", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
