package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/eventgen/eventgen/internal/diag"
)

// newRoot returns the command line. The root command generates.
func newRoot(a *app) *cobra.Command {
	root := newGenerate(a)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
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
		newTail(a),
		newEmit(a),
		newVersion(a),
		newCompletion(a),
	)
	return root
}

// flagError says what is wrong with a flag, and which one was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	hint := "run \"" + cmd.CommandPath() + " --help\" for the flags"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := diag.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			hint = "did you mean --" + near + "?"
		}
	}
	return usage(hint, "%w", err)
}

// noArgs refuses arguments of a command that takes none.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return usage("run \""+cmd.CommandPath()+"\" alone", "%s takes no arguments", cmd.Name())
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	hint := "write one of " + strings.Join(names, ", ")
	if near := diag.Nearest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean \"%s %s\"?", cmd.CommandPath(), near)
	}
	return usage(hint, "%s does not know %q", cmd.CommandPath(), args[0])
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
