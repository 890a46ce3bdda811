package control_test

import (
	"encoding/base64"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// readPlist reads a property list in XML with the standard library alone, so that
// tests do not believe what the library that wrote it thinks. Dictionaries are
// map[string]any, data is []byte.
func readPlist(t *testing.T, text string) any {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "plist" {
			value, ok := readValue(t, decoder)
			require.True(t, ok, "the list is empty")
			return value
		}
	}
}

// readValue reads the next value; false at the end of what contains it.
func readValue(t *testing.T, decoder *xml.Decoder) (any, bool) {
	t.Helper()
	for {
		token, err := decoder.Token()
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.EndElement:
			return nil, false
		case xml.StartElement:
			return readElement(t, decoder, token), true
		}
	}
}

func readElement(t *testing.T, decoder *xml.Decoder, start xml.StartElement) any {
	t.Helper()
	switch start.Name.Local {
	case "dict":
		dict := map[string]any{}
		for {
			key, ok := readValue(t, decoder)
			if !ok {
				return dict
			}
			dict[key.(string)], _ = readValue(t, decoder)
		}
	case "array":
		var list []any
		for {
			value, ok := readValue(t, decoder)
			if !ok {
				return list
			}
			list = append(list, value)
		}
	}
	var text string
	require.NoError(t, decoder.DecodeElement(&text, &start))
	switch start.Name.Local {
	case "key", "string":
		return text
	case "true", "false":
		return start.Name.Local == "true"
	case "integer":
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	case "data":
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(strings.TrimSpace(text))))
		require.NoError(t, err)
		return data
	}
	require.Fail(t, "no value of a property list", start.Name.Local)
	return nil
}
