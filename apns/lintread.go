package apns

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// foreign says what else than UTF-8 a payload may be, by how it begins.
var foreign = []struct{ begin, name string }{
	{"\x1f\x8b", "compressed with gzip"},
	{"\xef\xbb\xbf", "UTF-8 with a byte order mark"},
	{"\xff\xfe", "UTF-16"},
	{"\xfe\xff", "UTF-16"},
	{"{\x00", "UTF-16"},
	{"\x00{", "UTF-16"},
}

// read takes the payload apart. It reports false if there is nothing to look
// at further.
func (l *linter) read(payload []byte) bool {
	for _, f := range foreign {
		if bytes.HasPrefix(payload, []byte(f.begin)) {
			l.advise(AdviceEncoding, "the payload is %s; it has to be plain UTF-8", f.name)
			return false
		}
	}
	if !utf8.Valid(payload) {
		l.advise(AdviceEncoding, "the payload has bytes that are not UTF-8")
		return false
	}
	value, err := decode(payload)
	if err != nil {
		l.advise(AdviceNotJSON, "the payload is not JSON: %v", err)
		return false
	}
	body, ok := value.(map[string]any)
	if !ok {
		l.advise(AdviceNotObject, "the payload is %s; it has to be an object", typeOf(value))
		return false
	}
	l.body = body
	l.aps, _ = body["aps"].(map[string]any)
	return true
}

// decode reads one JSON value, with its numbers as they are written.
func decode(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the first value")
	}
	return value, nil
}

// A jsonType is a set of JSON types.
type jsonType uint8

const (
	text jsonType = 1 << iota
	number
	boolean
	list
	object
	null
)

// jsonTypes names the types, in the order of their bits.
var jsonTypes = []string{"a string", "a number", "a boolean", "an array", "an object", "null"}

// typeOf returns the type of a decoded value.
func typeOf(value any) jsonType {
	switch value.(type) {
	case string:
		return text
	case json.Number:
		return number
	case bool:
		return boolean
	case []any:
		return list
	case map[string]any:
		return object
	default:
		return null
	}
}

// String names the types, as in "a string or an object".
func (t jsonType) String() string {
	var words string
	for i, name := range jsonTypes {
		if t&(1<<i) == 0 {
			continue
		}
		if words != "" {
			words += " or "
		}
		words += name
	}
	return words
}

// float returns a decoded number, and whether value is one.
func float(value any) (float64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}
