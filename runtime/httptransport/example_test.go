package httptransport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

// In an application, generated code holds the descriptors.
var greeting = eventbus.Define(eventdef.Definition[string]{Name: "greeting", Sticky: true})

// A handler serves the windows of a bus; here a tool follows an event as a stream.
func Example() {
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(greeting)))
	if err != nil {
		fmt.Println(err)
		return
	}
	events, err := httptransport.New(bus,
		httptransport.WithAuthenticate(func(r *http.Request) (eventbus.Peer, time.Time, error) {
			user, _, ok := r.BasicAuth()
			if !ok {
				return eventbus.Peer{}, time.Time{}, errors.New("no user")
			}
			return eventbus.Peer{Identity: user, Groups: []string{"user:" + user}}, time.Time{}, nil
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/events", events)
	server := httptest.NewServer(mux)
	defer server.Close()
	defer events.Close(context.Background())

	if err := greeting.EmitTo(context.Background(), bus, eventbus.Group("user:ann"), "hello, Ann"); err != nil {
		fmt.Println(err)
	}

	request, err := http.NewRequest(http.MethodGet, server.URL+"/events?listen=greeting", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Origin", server.URL) // a GET that does not show where it comes from is refused
	request.SetBasicAuth("ann", "")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if strings.Contains(lines.Text(), `"event"`) {
			fmt.Println(lines.Text())
			break
		}
	}
	// Output: data: {"event":"greeting","seq":1,"payload":"hello, Ann"}
}
