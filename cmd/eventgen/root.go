package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/diag"
)

// newRoot returns the command line. The root command generates.
func newRoot(a *app) *cobra.Command {
	root := newGenerate(a)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("run \""+cmd.CommandPath()+" --help\" for the flags", "%w", err)
	})
	global := root.PersistentFlags()
	global.Var(&a.format, "format", "how to print results")
	global.BoolVarP(&a.quiet, "quiet", "q", false, "print problems alone")
	root.AddCommand(
		newCheck(a),
		newWatch(a),
		newInit(a),
		newList(a),
		newBreaking(a),
		newExport(a),
		newVersion(a),
		newCompletion(a),
	)
	return root
}

// unknownCommand says what was probably meant.
func unknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, c := range cmd.Root().Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	hint := fmt.Sprintf("the commands are %s; a package is named as for the go command, such as ./%s", strings.Join(names, ", "), word)
	if near := diag.Nearest(word, names); near != "" {
		hint = fmt.Sprintf("did you mean \"eventgen %s\"?", near)
	}
	return usage(hint, "%q is neither a command nor a package", word)
}
