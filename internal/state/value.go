package state

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// A Duration is a duration, as text such as 36h in JSON.
type Duration time.Duration

// MarshalText returns the duration as Go writes it.
func (s Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText parses what MarshalText returns.
func (s *Duration) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write one such as 36h or 1h30m", text)
	}
	*s = Duration(d)
	return nil
}

// Bytes are bytes that are mostly text: a string in JSON, or {"base64": "…"} where they are
// not UTF-8.
type Bytes []byte

type base64Bytes struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON returns a string or an object.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(base64Bytes{b})
}

// UnmarshalJSON parses what MarshalJSON returns.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*b = Bytes(text)
		return nil
	}
	var coded base64Bytes
	if err := Strict(data, &coded); err != nil {
		if _, bad := errors.AsType[base64.CorruptInputError](err); bad {
			return errors.New("base64 is not valid")
		}
		return errors.New(`bytes are a string, or {"base64": "…"}`)
	}
	*b = coded.Base64
	return nil
}
