// Command guts does with coder/guts what its README shows: it writes the types of the packages
// named to standard output.
package main

import (
	"fmt"
	"os"

	"github.com/coder/guts"
	"github.com/coder/guts/config"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "guts:", err)
		os.Exit(1)
	}
}

func run(packages []string) error {
	parser, err := guts.NewGolangParser()
	if err != nil {
		return err
	}
	for _, p := range packages {
		if err := parser.IncludeGenerate(p); err != nil {
			return err
		}
	}
	if err := parser.IncludeCustom(map[string]string{"time.Time": "string"}); err != nil {
		return err
	}
	ts, err := parser.ToTypescript()
	if err != nil {
		return err
	}
	ts.ApplyMutations(config.ExportTypes)
	text, err := ts.Serialize()
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(text)
	return err
}
