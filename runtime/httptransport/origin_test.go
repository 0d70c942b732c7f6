package httptransport

import (
	"net/http"
	"strings"
	"testing"
)

func TestGuarantee13Origins(t *testing.T) {
	p := newPlace(t, WithAllowOrigins("https://*.example.com", "http://localhost:*"))
	for origin, want := range map[string]bool{
		"":                          true,
		p.url:                       true,
		"https://app.example.com":   true,
		"https://APP.example.com":   true,
		"http://localhost:5173":     true,
		"http://app.example.com":    false,
		"https://example.com":       false,
		"https://a.b.example.com":   false,
		"https://app.example.com.x": false,
		"https://evil.example":      false,
		"null":                      false,
	} {
		o := pageOption{header: http.Header{}}
		if origin != "" {
			o.header.Set("Origin", origin)
		}
		pg, err := p.trySocket(o)
		if (err == nil) != want {
			t.Errorf("%q: %v", origin, err)
		}
		if err == nil {
			pg.cut()
		}
	}
	if !strings.Contains(p.log.String(), `httptransport.WithAllowOrigins(\"https://evil.example\")`) {
		t.Errorf("the log is %s", p.log)
	}
	if strings.Contains(p.log.String(), `WithAllowOrigins(\"null`) {
		t.Error("the log tells to allow what New refuses")
	}
	status, _, answer := p.do("OPTIONS", "", "Origin", "https://app.example.com")
	if h := answer.Header; status != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example.com" ||
		h.Get("Access-Control-Allow-Credentials") != "true" || h.Get("Vary") != "Origin" {
		t.Errorf("preflight: %d %v", status, h)
	}
	if _, _, answer := p.do("GET", "", "Origin", "https://evil.example"); answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a refused origin gets CORS headers")
	}
	if status, _, _ := p.do("GET", "", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("a cross-site request without an origin: %d", status)
	}
}

// Over plain http and away from localhost, a browser sends neither Origin nor Sec-Fetch-Site with a GET that a page of
// another port or site makes without CORS, and sends the visitor's cookies with it.
func TestGuarantee13RequestsShowWhereTheyComeFrom(t *testing.T) {
	for _, c := range []struct {
		name   string
		header []string
		opts   []Option
		status int
	}{
		{"nothing", nil, nil, 403},
		{"a cookie", []string{"Cookie", "session=victim"}, nil, 403},
		{"a password that the browser keeps", []string{"Authorization", "Basic YTpi"}, nil, 403},
		{"no token", []string{"Authorization", "Bearer "}, nil, 403},
		{"a token", []string{"Authorization", "Bearer t"}, nil, 406},
		{"the same origin", []string{"Sec-Fetch-Site", "same-origin"}, nil, 406},
		{"the address bar", []string{"Sec-Fetch-Site", "none"}, nil, 406},
		{"the same site", []string{"Sec-Fetch-Site", "same-site"}, nil, 403},
		{"another site, with a token", []string{"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer t"}, nil, 403},
		{"allowed by name", nil, []Option{WithAllowOrigins("none")}, 406},
		{"another site, allowed by name", []string{"Sec-Fetch-Site", "cross-site"}, []Option{WithAllowOrigins("none")}, 403},
		{"a sandbox, allowed by name", []string{"Origin", "null"}, []Option{WithAllowOrigins("none")}, 403},
		{"everyone is allowed", nil, []Option{WithAllowOrigins("*")}, 406},
		{"others are allowed", nil, []Option{WithAllowOrigins("https://app.example.com")}, 403},
	} {
		p := newPlace(t, c.opts...)
		if status, body, _ := p.do("GET", "", c.header...); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, status, body, c.status)
		}
		told := strings.Contains(p.log.String(), `allow="httptransport.WithAllowOrigins(\"none\")`) &&
			strings.Contains(p.log.String(), "open the stream with POST")
		if site := strings.Join(c.header, " "); told != (c.status == 403 && !strings.Contains(site, "Sec-Fetch-Site") && !strings.Contains(site, "Origin")) {
			t.Errorf("%s: the log is %s", c.name, p.log)
		}
	}
	// A browser sends an Origin with every handshake and every POST: without one, it was none.
	p := newPlace(t)
	p.open(`{"listen":{}}`)
	p.stream(`{"listen":{}}`)
}

// The scheme of a shell is not the handler's own, whatever the host.
func TestGuarantee13ShellsAreNamed(t *testing.T) {
	p := newPlace(t)
	_, host, _ := strings.Cut(p.url, "://")
	for _, scheme := range []string{"app", "tauri", "file", "ws", "chrome-extension"} {
		o := pageOption{header: http.Header{"Origin": {scheme + "://" + host}}}
		if pg, err := p.trySocket(o); err == nil {
			pg.cut()
			t.Errorf("%s: passes as the handler's own origin", scheme)
		}
	}
	q := newPlace(t, WithAllowOrigins("app://*:*"))
	q.open(`{"listen":{}}`, pageOption{header: http.Header{"Origin": {"app://localhost:1"}}})
}

func TestSchemeIsPartOfTheOrigin(t *testing.T) {
	for _, c := range []struct {
		origin, host, proto string
		want                bool
	}{
		{"https://a.example", "a.example", "https", true},
		{"https://a.example", "a.example:443", "https", true},
		{"http://a.example", "a.example", "https", false},
		{"https://a.example:8443", "a.example", "https", false},
		{"https://a.example", "a.example", "", true},
		{"https://a.example", "a.example", "https, http", true},
		{"http://a.example", "a.example", "https, http", false},
		{"http://[::1]:80", "[::1]", "http", true},
	} {
		r := &http.Request{Host: c.host, Header: http.Header{"X-Forwarded-Proto": {c.proto}}}
		if got := sameOrigin(r, c.origin); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
