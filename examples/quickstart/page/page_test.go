package page

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBundle(t *testing.T) {
	files := fstest.MapFS{
		"web/main.ts":     {Data: []byte(`import { one } from '../ts/index'; console.log(one)`)},
		"ts/index.ts":     {Data: []byte(`export { one } from './sub'`)},
		"ts/sub/index.ts": {Data: []byte(`export const one: string = 'first'`)},
		"web/bad.ts":      {Data: []byte(`import './missing'`)},
	}
	script, err := Bundle(files, "web/main.ts")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(script); !strings.Contains(text, `"first"`) {
		t.Errorf("not bundled:\n%s", text)
	}
	if _, err := Bundle(files, "web/bad.ts"); err == nil || !strings.Contains(err.Error(), "no file web/missing") {
		t.Errorf("the error is %v", err)
	}
}

func TestListenTakesAFreePort(t *testing.T) {
	first, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := Listen(first.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Addr().String() == second.Addr().String() {
		t.Error("both have one port")
	}
}

func TestCables(t *testing.T) {
	var cables Cables
	mux := http.NewServeMux()
	mux.Handle("/", cables.Through(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "through") })))
	mux.Handle("POST /cable", &cables)
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux, ConnContext: ConnContext}
	go server.Serve(listener)
	defer server.Close()

	get := func(cable string) string {
		response, err := http.Get("http://" + listener.Addr().String() + "/?cable=" + cable)
		if err != nil {
			return "cut"
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return string(text)
	}
	set := func(state string) {
		t.Helper()
		response, err := http.Post("http://"+listener.Addr().String()+"/cable?cable=left&state="+state, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if got := get("left"); got != "through" {
		t.Errorf("before: %s", got)
	}
	set("cut")
	if left, right := get("left"), get("right"); left != "cut" || right != "through" {
		t.Errorf("cut: left %s, right %s", left, right)
	}
	set("whole")
	if got := get("left"); got != "through" {
		t.Errorf("mended: %s", got)
	}
}
