package httptransport

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

const (
	anyOrigin = "*"
	noOrigin  = "none"
)

// allowed reports whether the page that made the request may talk to us, and whether it is of a foreign origin.
func (c *config) allowed(r *http.Request) (origin string, foreign, ok bool) {
	origin = r.Header.Get("Origin")
	if origin == "" {
		return "", false, c.allowedWithout(r)
	}
	if sameOrigin(r, origin) {
		return origin, false, true
	}
	for _, pattern := range c.origins {
		if lower := strings.ToLower(origin); pattern == anyOrigin || pattern == lower || matchOrigin(pattern, lower) {
			return origin, true, true
		}
	}
	return origin, true, false
}

// allowedWithout is allowed for a request without an Origin. A browser sends one with every WebSocket handshake and
// every POST, so that such a request without it comes from no page. A GET has none if it is of the same origin, or
// made by any other page without CORS: Sec-Fetch-Site tells these apart, but over plain http browsers send it to
// localhost only. No page can add a bearer token to a request that it makes without CORS.
func (c *config) allowedWithout(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
		return r.Method != http.MethodGet && r.Method != http.MethodHead || upgrades(r) || hasBearer(r) ||
			slices.Contains(c.origins, noOrigin) || slices.Contains(c.origins, anyOrigin)
	}
	return false
}

func hasBearer(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != ""
}

// sameOrigin compares scheme, host and port. The scheme is known under TLS and where a proxy
// tells it; no page can set that header, since a foreign one would have to ask before.
func sameOrigin(r *http.Request, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false // "null": a sandboxed page or a file; or a shell's own scheme
	}
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",") // of several proxies the outermost
	scheme := strings.ToLower(strings.TrimSpace(first))
	if r.TLS != nil {
		scheme = "https"
	}
	if scheme != "" && scheme != u.Scheme {
		return false
	}
	return strings.EqualFold(hostPort(u.Host, u.Scheme), hostPort(r.Host, u.Scheme))
}

// hostPort fills in the port that the scheme implies.
func hostPort(host, scheme string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	port := "80"
	if scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// matchOrigin matches scheme://host:port; a * stands for any characters but a slash, dot or colon
// (a label of the host, or the port).
func matchOrigin(pattern, origin string) bool {
	slashed := strings.NewReplacer(".", "/", ":", "/")
	ok, err := path.Match(slashed.Replace(pattern), slashed.Replace(origin))
	return err == nil && ok
}

func (c *config) checkOrigins() error {
	for i, pattern := range c.origins {
		pattern = strings.ToLower(strings.TrimSuffix(pattern, "/"))
		c.origins[i] = pattern
		if _, err := path.Match(pattern, ""); err != nil || pattern != anyOrigin && pattern != noOrigin && !strings.Contains(pattern, "://") {
			return fmt.Errorf("httptransport: WithAllowOrigins(%q): an origin is scheme://host or scheme://host:port, %q or %q", pattern, noOrigin, anyOrigin)
		}
	}
	return nil
}
