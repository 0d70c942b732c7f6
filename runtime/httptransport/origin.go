package httptransport

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// allowed reports whether the page that made the request may talk to us, and whether it is of a
// foreign origin. A browser sends an Origin with every WebSocket handshake, every POST and every
// cross-origin fetch, so that a request without one comes from no page, or from one of ours.
func (c *config) allowed(r *http.Request) (origin string, foreign, ok bool) {
	origin = r.Header.Get("Origin")
	if origin == "" {
		site := r.Header.Get("Sec-Fetch-Site")
		return "", false, site == "" || site == "same-origin" || site == "none"
	}
	if sameOrigin(r, origin) {
		return origin, false, true
	}
	for _, pattern := range c.origins {
		if lower := strings.ToLower(origin); pattern == "*" || pattern == lower || matchOrigin(pattern, lower) {
			return origin, true, true
		}
	}
	return origin, true, false
}

// sameOrigin compares scheme, host and port. The scheme is known under TLS and where a proxy
// tells it; no page can set that header, since a foreign one would have to ask before.
func sameOrigin(r *http.Request, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false // "null": a sandboxed page or a file
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
		if _, err := path.Match(pattern, ""); err != nil || pattern != "*" && !strings.Contains(pattern, "://") {
			return fmt.Errorf("httptransport: AllowOrigins(%q): an origin is scheme://host or scheme://host:port", pattern)
		}
	}
	return nil
}
