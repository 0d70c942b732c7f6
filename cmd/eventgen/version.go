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
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	return versionOf(build)
}

const devel = "(devel)"

// versionOf finds this module in a build. One that was replaced by a directory has no version,
// whatever the go.mod of the build requires.
func versionOf(build *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&build.Main}, build.Deps...) {
		if m.Path != modulePath {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Version != "" {
			return m.Version
		}
	}
	return devel
}
