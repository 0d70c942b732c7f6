package run

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	app := debug.Module{Path: "example.com/app", Version: "v3.0.0"}
	this := func(version string, replace *debug.Module) debug.Module {
		return debug.Module{Path: modulePath, Version: version, Replace: replace}
	}
	dep := this("v1.2.3", nil)
	for name, test := range map[string]struct {
		build debug.BuildInfo
		want  string
	}{
		"go install of a version":       {debug.BuildInfo{Main: this("v1.2.3", nil)}, "v1.2.3"},
		"built in a clone":              {debug.BuildInfo{Main: this("v1.2.4-0.20260101000000-0123456789ab+dirty", nil)}, "v1.2.4-0.20260101000000-0123456789ab+dirty"},
		"built without version control": {debug.BuildInfo{Main: this("(devel)", nil)}, devel},
		"no version at all":             {debug.BuildInfo{Main: this("", nil)}, devel},
		"a tool of a module":            {debug.BuildInfo{Main: app, Deps: []*debug.Module{&dep}}, "v1.2.3"},
		"replaced by a directory":       {debug.BuildInfo{Main: this("v0.0.0", &debug.Module{Path: "../eventgen"})}, devel},
		"replaced by a fork":            {debug.BuildInfo{Main: this("v0.0.0", &debug.Module{Path: "example.com/fork", Version: "v1.9.0"})}, "v1.9.0"},
		"not in the build":              {debug.BuildInfo{Main: app}, devel},
	} {
		if got := versionOf(&test.build); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
