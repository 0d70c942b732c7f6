package codecs

import "errors"

// Instances holds generic types whose parameters are keys, or are left out when empty.
//
//eventgen:event from=both
type Instances struct {
	Pointer  Maybe[*Point]     `json:"pointer"`
	List     Maybe[[]string]   `json:"list"`
	Any      Maybe[any]        `json:"any"`
	Word     Maybe[string]     `json:"word"`
	Small    Counted[int8]     `json:"small"`
	Large    Counted[uint64]   `json:"large"`
	Words    Counted[MyString] `json:"words"`
	Texts    Counted[TextKey]  `json:"texts"`
	Levels   Counted[Level]    `json:"levels"`
	Nested   Outer[int8, *int] `json:"nested"`
	Checked  Counted[Slug]     `json:"checked"`
	Numbered Counted[Numbered] `json:"numbered"`
}

// Counted uses its parameter as the key of a map.
type Counted[K comparable] struct {
	By map[K]int `json:"by"`
}

// Outer hands its parameters on.
type Outer[K comparable, V any] struct {
	Counted Counted[K] `json:"counted"`
	Maybe   Maybe[V]   `json:"maybe"`
}

// Recursive holds types that contain themselves, and are left out when nil.
//
//eventgen:event from=both
type Recursive struct {
	List List2 `json:"list,omitempty"`
	Map  Map2  `json:"map,omitempty"`
	Ptr  Ptr2  `json:"ptr,omitzero"`
}

// Types that contain themselves.
type (
	List2 []List2
	Map2  map[string]Map2
	Ptr2  *struct {
		Next Ptr2 `json:"next"`
	}
)

// CheckedKeys are maps whose keys are read by a method and written without one.
//
//eventgen:event from=both
type CheckedKeys struct {
	Slugs   map[Slug]int        `json:"slugs"`
	Numbers map[Numbered]string `json:"numbers"`
	Both    map[BothWays]bool   `json:"both"`
}

// Slug has a method that checks what it reads.
type Slug string

// UnmarshalText refuses the empty text.
func (s *Slug) UnmarshalText(text []byte) error {
	if len(text) == 0 || text[0] == '!' {
		return errors.New("no slug")
	}
	*s = Slug(text)
	return nil
}

// Numbered is an integer that is read as a text.
type Numbered uint8

// UnmarshalText counts the bytes.
func (n *Numbered) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("no number")
	}
	*n = 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return errors.New("no digit")
		}
		*n = *n*10 + Numbered(c-'0')
	}
	return nil
}

// BothWays has methods both ways; as a key, a string is written as it is and read by the method.
type BothWays string

// MarshalText writes the text in brackets.
func (b BothWays) MarshalText() ([]byte, error) { return []byte("<" + string(b) + ">"), nil }

// UnmarshalText refuses a question mark.
func (b *BothWays) UnmarshalText(text []byte) error {
	if len(text) > 0 && text[0] == '?' {
		return errors.New("no question")
	}
	*b = BothWays(text)
	return nil
}
