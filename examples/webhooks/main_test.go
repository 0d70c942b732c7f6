package main

import (
	"strings"
	"testing"
)

func TestReplay(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), "", &out); err != nil {
		t.Fatal(err)
	}
	const want = `push          octo-org/octo-repo: 1 commit(s) to refs/heads/main by monalisa
workflow run  CI #2511: completed, success
pull request  #2 opened: "Update the README with new information."
docker        container create ede54ee1afda
docker        network connect 1f9c02ab7be1
docker        container die ede54ee1afda
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
