package settings

import (
	"testing"

	"example.test/testdata/codecs/definition"
)

// Settings do not reach what a method reads, nor what encoding/json writes: there integers are
// numbers and nil is null. Elsewhere they are strings, and nothing is null.
func TestPlainForms(t *testing.T) {
	encode, decode := definition.Typed(MixedEvent)
	const empty = `{"own":{"id":1,"balance":{"amount":2,"days":null},"named":{"a":{"amount":3,"days":[4]}},"pages":{"items":[5]},"total":{"of":7}},` +
		`"other":{"amount":"6","days":[]},"listed":[],"token":`
	for token, text := range map[Token]string{
		nil:                   `null`,
		Word{Text: "a"}:       `{"text":"a","count":0}`,
		&Word{Count: 1 << 60}: `{"text":"","count":1152921504606846976}`,
		(*Word)(nil):          `null`,
		new(Number):           `0`,
	} {
		m := Mixed{
			Own: Account{
				ID: 1, Balance: Balance{Amount: 2}, Named: map[string]Balance{"a": {Amount: 3, Days: []int{4}}}, Pages: Pages[int64]{Items: []int64{5}},
				Total: Sum[int]{Of: 7},
			},
			Other: Balance{Amount: 6}, Token: token, Within: struct{ Stamp }{Stamp{At: 1<<53 + 1}},
		}
		got, err := encode(nil, &m)
		if want := empty + text + `,"within":{"at":9007199254740993}}`; err != nil || string(got) != want {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
	var back Mixed
	if err := decode([]byte(empty+`null,"within":{"at":8}}`), &back); err != nil {
		t.Fatal(err)
	}
	if back.Own.ID != 1 || back.Own.Named["a"].Days[0] != 4 || back.Other.Amount != 6 || back.Own.Pages.Items[0] != 5 || back.Within.At != 8 {
		t.Errorf("read %+v", back)
	}
}
