package account

import (
	"strconv"
	"testing"
)

// fill lets the account take as much as it may, one by one.
func fill(l *Ledger, name string) (n int) {
	for ; l.Admits(name, 1); n++ {
		l.Take(name, 1)
	}
	return n
}

func TestShares(t *testing.T) {
	l := New(Bounds{Room: 160})
	if n := fill(&l, "a"); n != 10 {
		t.Errorf("one alone holds %d, its share is 10", n)
	}
	for i := range 15 {
		if n := fill(&l, strconv.Itoa(i)); n != 10 {
			t.Errorf("%d holds %d, its share is 10", i, n)
		}
	}
	if n := fill(&l, "late"); n != 9 { // 160 for 17
		t.Errorf("one that comes when all is taken holds %d, an equal part is 9", n)
	}
	l.Give("a", 10)
	if name, n := l.Greatest(); name != "0" || n != 10 {
		t.Errorf("%s holds most: %d", name, n)
	}
	if n := fill(&l, "a"); n != 9 {
		t.Errorf("one that comes back when all is taken holds %d", n)
	}
	if l.Held() != 15*10+9+9 || l.Of("late") != 9 {
		t.Errorf("%d are held", l.Held())
	}
}

func TestFirstMayBeLarger(t *testing.T) {
	l := New(Bounds{Room: 160})
	if !l.Admits("a", 160) {
		t.Error("the first that an account holds is refused though there is room")
	}
	l.Take("a", 160)
	if l.Admits("a", 1) || l.Admits("b", 81) || !l.Admits("b", 10) {
		t.Error("when all is taken, an account may hold an equal part within its share")
	}
}

// Where there is less than one piece for each, each may have one.
func TestSmall(t *testing.T) {
	l := New(Bounds{Room: 2})
	for _, name := range []string{"a", "b", "c"} {
		if n := fill(&l, name); n != 1 {
			t.Errorf("%s holds %d", name, n)
		}
	}
}

func TestShareIsSettable(t *testing.T) {
	l := New(Bounds{Share: 100, Room: 100})
	if n := fill(&l, "a"); n != 100 {
		t.Errorf("one alone holds %d", n)
	}
	if n := fill(&l, "b"); n != 50 {
		t.Errorf("the second holds %d", n)
	}
}

func TestLimit(t *testing.T) {
	l := New(Bounds{Share: 10, Room: 10, Limit: 20})
	if n := fill(&l, "a"); n != 10 {
		t.Errorf("one alone holds %d", n)
	}
	for i := range 100 {
		fill(&l, strconv.Itoa(i))
	}
	if l.Held() != 20 {
		t.Errorf("%d are held, the limit is 20", l.Held())
	}
}
