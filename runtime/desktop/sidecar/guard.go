package sidecar

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

const (
	// bearerProtocol is how a page gives a token with a WebSocket, which has no headers of its own.
	bearerProtocol = "eventgen.bearer."
	anyPort        = ":*"
)

// guard lets requests through to the handler that have the token and come from no page or from one that is named.
type guard struct {
	handler http.Handler
	token   string
	origins []string
	log     *slog.Logger
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if !g.allowed(origin) {
		g.refuse(w, r, "a page of an origin that is not named", http.StatusForbidden, "allow", fmt.Sprintf("sidecar.WithOrigins(%q)", origin))
		return
	}
	header := w.Header()
	if origin != "" {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Add("Vary", "Origin")
	}
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		preflight(header, r.Header)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if !slices.ContainsFunc(tokens(r), g.isToken) {
		g.refuse(w, r, "a request without the token", http.StatusUnauthorized)
		return
	}
	if origin != "" { // whoever may come here is no stranger to the handler
		r = r.Clone(r.Context())
		r.Header.Set("Origin", "http://"+r.Host)
	}
	g.handler.ServeHTTP(w, r)
}

func (g *guard) allowed(origin string) bool {
	if origin == "" {
		return true // no page: a browser sends an Origin with all that can carry a token
	}
	origin = strings.ToLower(origin)
	return slices.ContainsFunc(g.origins, func(named string) bool {
		if host, ok := strings.CutSuffix(named, anyPort); ok {
			port, found := strings.CutPrefix(origin, host+":")
			return found && port != "" && strings.Trim(port, "0123456789") == ""
		}
		return named == origin
	})
}

func (g *guard) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) == 1
}

// tokens are those that a request offers.
func tokens(r *http.Request) (list []string) {
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		list = append(list, strings.TrimSpace(token))
	}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for protocol := range strings.SplitSeq(line, ",") {
			encoded, ok := strings.CutPrefix(strings.TrimSpace(protocol), bearerProtocol)
			if token, err := base64.RawURLEncoding.DecodeString(encoded); ok && err == nil {
				list = append(list, string(token))
			}
		}
	}
	return list
}

// preflight allows what a page of a named origin asks for: the token decides. Browsers ask the same for a server on the
// machine that a page from elsewhere calls.
func preflight(answer, asked http.Header) {
	answer.Set("Access-Control-Allow-Methods", asked.Get("Access-Control-Request-Method"))
	if headers := asked.Get("Access-Control-Request-Headers"); headers != "" {
		answer.Set("Access-Control-Allow-Headers", headers)
	}
	if asked.Get("Access-Control-Request-Private-Network") == "true" {
		answer.Set("Access-Control-Allow-Private-Network", "true")
	}
	answer.Set("Access-Control-Max-Age", "600")
}

func (g *guard) refuse(w http.ResponseWriter, r *http.Request, why string, status int, more ...any) {
	g.log.WarnContext(r.Context(), "sidecar: "+why+" was refused", append([]any{"origin", r.Header.Get("Origin"), "path", r.URL.Path}, more...)...)
	http.Error(w, why, status)
}
