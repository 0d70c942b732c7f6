package codec

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestAppendIntegers(t *testing.T) {
	check := func(v uint64) {
		t.Helper()
		if got, want := string(AppendUint([]byte("x"), v)), "x"+strconv.FormatUint(v, 10); got != want {
			t.Fatalf("AppendUint(%d) = %s", v, got)
		}
		if got, want := string(AppendInt(nil, int64(v))), strconv.FormatInt(int64(v), 10); got != want {
			t.Fatalf("AppendInt(%d) = %s", int64(v), got)
		}
	}
	for p := uint64(1); ; p *= 10 { // where the number of digits changes
		for d := range uint64(3) {
			check(p - 1 + d)
			check(p*9 + d)
		}
		if p == 1e19 {
			break
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		check(r.Uint64() >> r.UintN(64))
	}
	check(math.MaxUint64)
	check(1 << 63)
}

func TestAppendFloats(t *testing.T) {
	check := func(v float64) {
		t.Helper()
		got, err := AppendFloat64(nil, v)
		if want, _ := json.Marshal(v); err != nil || string(got) != string(want) {
			t.Fatalf("AppendFloat64(%g) = %s, %v, want %s", v, got, err, want)
		}
		small := float32(v)
		if math.IsInf(float64(small), 0) {
			return
		}
		got, err = AppendFloat32(nil, small)
		if want, _ := json.Marshal(small); err != nil || string(got) != string(want) {
			t.Fatalf("AppendFloat32(%g) = %s, %v, want %s", small, got, err, want)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		decimal := float64(r.Int64N(1e15)) / math.Pow10(r.IntN(16))
		check(decimal)
		check(-decimal)
		check(math.Nextafter(decimal, 0)) // not short any more
		if v := math.Float64frombits(r.Uint64()); !math.IsNaN(v) && !math.IsInf(v, 0) {
			check(v)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1e-6, 9.9e-7, 1e9, 999999999.999999, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		check(v)
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := AppendFloat64(nil, v); err == nil {
			t.Errorf("%g was written", v)
		}
	}
}

// A character that needs care is found wherever it stands.
func TestAppendStrings(t *testing.T) {
	odd := []string{"é", "日", "😀", "\u2028", "\u2029", "\xff", "\xc3", "\xe2\x80", "\x7f"}
	for c := range 0x80 {
		odd = append(odd, string(rune(c)))
	}
	for n := range 20 {
		for at := range n + 1 {
			for _, s := range odd {
				s = strings.Repeat("a", at) + s + strings.Repeat("b", n-at)
				want, err := json.Marshal(s)
				if err != nil {
					t.Fatal(err)
				}
				if got := AppendString([]byte("x"), s); string(got) != "x"+string(want) {
					t.Fatalf("AppendString(%q) = %s", s, got)
				}
			}
		}
	}
}
