package main

import (
	"errors"
	"fmt"

	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/run"
)

// hints say what to do after a failure, by its reason.
var hints = map[run.Reason]string{
	run.NoEvents:       "put //eventgen:event above a type, or name the packages that have events; \"eventgen init\" writes a first one",
	run.NoEventsEither: "name the packages that have events",
	run.OtherSettings:  "give all runs that share it the same nil, int64, time, bytes and unknown",
	run.Untidy:         "go.mod and go.sum have to hold what generated code imports too: add eventgen to the module and run \"go mod tidy\", or \"go mod vendor\" where the module vendors",
	run.NoGit:          elsewhere,
	run.NoRepository:   elsewhere,
	run.UnknownCommit:  "\"git log --all --oneline\" and \"git tag\" show what there is",
	run.BadBaseline:    "name an " + output.LockName + ", or a file that \"eventgen export ir -o FILE\" wrote",
	run.BadPast:        "compare with a commit that has " + output.LockName + ", or with a file that \"eventgen export ir -o FILE\" wrote there",
	run.NoModule:       "run \"go mod init example.com/app\" first",
	run.NotBelow:       "name a new directory, such as internal/events",
	run.Exists:         "remove it or name another directory; for events in a package of your own, put //eventgen:event above a type",
	run.BadModulePath:  "write --module example.com/app",
	run.GoCommand:      "nothing but go.mod was written; make that command work, then run eventgen init again",
	run.WatchLimit:     "raise it: sysctl fs.inotify.max_user_watches=524288",
}

const elsewhere = "run this in a clone, or compare with a file: an eventgen.lock.json, or what \"eventgen export ir -o FILE\" wrote"

// hintFor is what to do about a failure of a use case; empty if nothing is known.
func hintFor(err error) string {
	e, ok := errors.AsType[*run.Error](err)
	switch {
	case !ok:
		return ""
	case e.Reason == run.ShallowClone:
		return fmt.Sprintf("this clone is shallow: fetch what is missing with \"git fetch --depth=1 origin %s\", and compare with FETCH_HEAD", e.Meant)
	case e.Reason == run.OtherPackage:
		return "name a new directory: eventgen init --template " + e.Meant + " app"
	case e.Reason == run.NoLockFile:
		return "did you mean " + e.Meant + "?"
	case e.Meant != "":
		return fmt.Sprintf("did you mean %q?", e.Meant)
	}
	return hints[e.Reason]
}

// statusFor is the exit status of a failure of a use case.
func statusFor(err error) int {
	if e, ok := errors.AsType[*run.Error](err); ok && (e.Reason == run.NoEvents || e.Reason == run.NoEventsEither) {
		return statusProblems
	}
	return statusEnvironment
}
