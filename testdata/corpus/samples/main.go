// Command samples prints the samples of package corpus as JSON: documents that differ in
// structure or, with -all, every document.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"example.test/testdata/corpus"
)

func main() {
	all := flag.Bool("all", false, "print every document")
	flag.Parse()
	samples, err := corpus.Samples()
	if *all {
		samples, err = corpus.All()
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(samples)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
