package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/run"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: `  eventgen version`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, versionLine())
			return err
		},
	}
}

// versionLine is what "eventgen version" prints, and "eventgen --version".
func versionLine() string {
	return fmt.Sprintf("eventgen %s %s %s/%s", run.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
