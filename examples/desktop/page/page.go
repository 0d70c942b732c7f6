package page

import (
	"io/fs"
	"net/http"

	desktop "github.com/eventgen/eventgen/examples/desktop"
)

// New serves the folder web, and its TypeScript bundled as /main.js.
func New() (http.Handler, error) {
	script, err := Bundle(desktop.Files, "web/main.ts")
	if err != nil {
		return nil, err
	}
	web, err := fs.Sub(desktop.Files, "web")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(web))
	mux.HandleFunc("GET /main.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(script)
	})
	return mux, nil
}
