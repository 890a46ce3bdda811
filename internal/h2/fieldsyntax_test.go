package h2

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// "Field names MUST be converted to lowercase when constructing an HTTP/2 message."
// https://www.rfc-editor.org/rfc/rfc9113#section-8.2
func TestFieldNamesAreLowerCase(t *testing.T) {
	for name, valid := range map[string]bool{
		"apns-topic": true, "x_1": true,
		"Apns-Topic": false, "apns-Topic": false, "apns topic": false, "apns:topic": false, "a\u00e9": false, "": false,
	} {
		assert.Equal(t, valid, validName(name), "%q", name)
	}
}

// https://www.rfc-editor.org/rfc/rfc9113#section-8.2.1
func TestFieldValuesHaveNoLineBreaksAndNoOuterWhiteSpace(t *testing.T) {
	for value, valid := range map[string]bool{
		"": true, "a b": true,
		" a": false, "a\t": false, "a\x00b": false, "a\rb": false, "a\nb": false,
	} {
		assert.Equal(t, valid, validValue(value), "%q", value)
	}
}
