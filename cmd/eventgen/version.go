package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// modulePath is where the runtime and this program come from.
const modulePath = "github.com/eventgen/eventgen"

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
	return fmt.Sprintf("eventgen %s %s %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is that of the module this program was built from, "(devel)" for a local build.
func version() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Path == modulePath && build.Main.Version != "" {
		return build.Main.Version
	} else if ok {
		for _, dep := range build.Deps {
			if dep.Path == modulePath && dep.Replace == nil {
				return dep.Version
			}
		}
	}
	return "(devel)"
}
