package session

import (
	"testing"
)

func TestSurplusOfSessions(t *testing.T) {
	a := newAbsent()
	leave := func(account string) *session {
		s := &session{tab: tab{account: account}}
		a.add(s)
		return s
	}
	first := leave("ann")
	if a.surplus("ann", 2, 4) != nil {
		t.Error("one is too many")
	}
	leave("ann")
	leave("ann")
	if a.surplus("ann", 2, 4) != first {
		t.Error("of more than the share, the first is to go")
	}
	leave("bob")
	leave("bob")
	if a.surplus("bob", 3, 4) != first {
		t.Error("of more than all, the first of the account that has most is to go")
	}
	a.remove(first)
	if a.surplus("bob", 3, 4) != nil || a.all.Len() != 4 {
		t.Error("four are too many")
	}
}
