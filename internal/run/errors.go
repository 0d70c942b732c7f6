package run

import "fmt"

// Reason tells failures apart for a caller that says what to do next.
type Reason string

// The reasons.
const (
	NoEvents       Reason = "no events"         // the packages declare none, and nothing is left of some
	NoEventsEither Reason = "no events, twice"  // nor does what they are compared with
	OtherSettings  Reason = "other settings"    // the output was generated with settings that another module has
	Untidy         Reason = "untidy module"     // go.mod and go.sum lack what generated code imports
	NoGit          Reason = "no git"            // there is no git command
	NoRepository   Reason = "no repository"     // the working directory is in none
	UnknownCommit  Reason = "unknown commit"    // Meant may say which one was meant
	ShallowClone   Reason = "shallow clone"     // the commit may be among those that the clone lacks; Meant is its name
	NoLockFile     Reason = "no lock file"      // a directory was named; Meant is the lock file in it
	BadBaseline    Reason = "bad baseline"      // a file that is neither a lock file nor a model
	BadPast        Reason = "bad past"          // a commit whose source cannot be read
	NoModule       Reason = "no module"         // there is no go.mod
	NotBelow       Reason = "not below"         // the new directory is not below the module
	Exists         Reason = "exists"            // a file of the new package is there already
	OtherPackage   Reason = "another package"   // a folder of the new application holds one; Meant is the template
	BadModulePath  Reason = "bad module path"   // --module
	UnknownWord    Reason = "unknown template"  // --template
	GoCommand      Reason = "go command failed" // while a new package is set up
	WatchLimit     Reason = "watch limit"       // the system watches no more directories
)

// Error is a failure of a use case that is worth a word about what to do next.
type Error struct {
	Reason Reason
	Meant  string // what was probably meant, where the reason says so; may be empty
	Err    error  // what is wrong
}

// Error says what is wrong.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

func fail(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Err: fmt.Errorf(format, args...)}
}
