package run

import "runtime/debug"

// Version is that of the module this program was built from, "(devel)" for a local build.
func Version() string {
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
