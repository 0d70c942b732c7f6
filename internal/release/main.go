// Command release makes a version of every module of this repository, and of the npm package.
//
//	go run ./internal/release prepare v1.2.3   writes the version where it stands, to be committed
//	go run ./internal/release check v1.2.3     reports what is wrong with the release
//	go run ./internal/release tag v1.2.3       checks, and tags the commit for every module
//	go run ./internal/release notes v1.2.3     prints the notes, from CHANGELOG.md
//
// Nothing is pushed: "git push --tags" publishes.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("write: go run ./internal/release prepare|check|tag|notes v1.2.3")
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	r := repository{dir: dir}
	switch command, version := args[0], args[1]; command {
	case "prepare":
		return r.prepare(version)
	case "check":
		return problems(r.check(version))
	case "tag":
		return r.tag(version)
	case "notes":
		notes, err := r.notes(version)
		fmt.Print(notes)
		return err
	default:
		return fmt.Errorf("%q is none of prepare, check, tag and notes", command)
	}
}

// problems makes one error of what is wrong.
func problems(list []string, err error) error {
	if err != nil || len(list) == 0 {
		return err
	}
	return fmt.Errorf("%d problems:\n  %s", len(list), strings.Join(list, "\n  "))
}
