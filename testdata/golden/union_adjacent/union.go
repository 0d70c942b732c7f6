// Package union has a sealed interface whose variants travel beside their name.
package union

// AppEvent is what can happen to an account.
//
//eventgen:union tag=type content=data
//eventgen:event app:event
type AppEvent interface{ isAppEvent() }

// LoggedIn tells who came.
type LoggedIn struct {
	User string `json:"user"`
}

// LoggedOut tells who left.
//
//eventgen:variant name=bye
type LoggedOut struct {
	User   string   `json:"user"`
	Nested AppEvent `json:"nested,omitempty"`
}

func (LoggedIn) isAppEvent()   {}
func (*LoggedOut) isAppEvent() {}

// Holder holds unions in every position.
//
//eventgen:event holder
type Holder struct {
	One   AppEvent            `json:"one"`
	Many  []AppEvent          `json:"many"`
	Named map[string]AppEvent `json:"named"`
}
