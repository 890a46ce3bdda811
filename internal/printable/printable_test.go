package printable

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// harmful are all control characters, C0, DEL and C1, and the format characters, among
// which are the bidirectional ones.
func harmful() (all []rune) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			all = append(all, r)
		}
	}
	return all
}

func TestNoControlOrFormatCharacterPasses(t *testing.T) {
	all := string(harmful())
	require.Contains(t, all, "\u009b", "C1")
	require.Contains(t, all, "\u202e", "a right-to-left override")
	for name, text := range map[string]string{
		"Text": Text(all), "Lines": Lines(all), "JSON": string(JSON([]byte(all))), "Sprintf": Sprintf("%s%v", all, errors.New(all)),
	} {
		for _, r := range text {
			if name != "Text" && (r == '\n' || r == '\t' || r == '\r') {
				continue
			}
			assert.True(t, unicode.IsPrint(r), "%s lets %U pass", name, r)
		}
	}
}

func TestTextShowsCodes(t *testing.T) {
	for in, want := range map[string]string{
		"a\x1b[2Jb\n\u009b":   `a\x1b[2Jb\n\u009b`,
		"admin\u202etxt.exe":  `admin\u202etxt.exe`,
		"Grüße 🎉":             "Grüße 🎉",
		"tab\there":           `tab\there`,
		"C1 in one byte \x9b": `C1 in one byte \x9b`,
		"\ufffd stays":        "\ufffd stays",
		"\U000e0041":          `\U000e0041`,
	} {
		assert.Equal(t, want, Text(in))
	}
	assert.Equal(t, "one\n\ttwo\\x1b", Lines("one\n\ttwo\x1b"))
}

func TestSprintfEscapesArgumentsAndNothingElse(t *testing.T) {
	got := Sprintf("\t%s|%*d|%4s|%s|%x", "\n", 3, 7, "\t", Styled("\x1b[1mx"), "ü")
	assert.Equal(t, "\t\\n|  7|   \\t|\x1b[1mx|c3bc", got)
}

func TestJSONKeepsItsValue(t *testing.T) {
	hostile := string(harmful()) + "Grüße 🎉"
	text, err := json.Marshal(map[string]string{hostile: hostile})
	require.NoError(t, err)
	var got map[string]string
	require.NoError(t, json.Unmarshal(JSON(text), &got))
	assert.Equal(t, map[string]string{hostile: hostile}, got)
}

func TestAttrEscapesEveryKindOfValue(t *testing.T) {
	all := string(harmful())
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: Attr}))
	log.With("with", all).Info(all, "text", all, "err", errors.New(all), "any", struct{ A string }{all}, slog.Group("group", "in", all), "n", 7)
	var record map[string]any
	require.NoError(t, json.Unmarshal([]byte(out.String()), &record))
	assert.EqualValues(t, 7, record["n"])
	assert.Equal(t, "INFO", record["level"])
	for _, text := range []any{record["with"], record["msg"], record["text"], record["err"], record["any"], record["group"].(map[string]any)["in"]} {
		assert.Negative(t, strings.IndexFunc(text.(string), func(r rune) bool { return !unicode.IsPrint(r) }))
	}
}

func FuzzTextIsPrintable(f *testing.F) {
	f.Add("a\x1b[2J\u202e\x9b")
	f.Fuzz(func(t *testing.T, s string) {
		text := Text(s)
		assert.True(t, utf8.ValidString(text))
		assert.Negative(t, strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }))
		assert.Equal(t, text, Text(text), "an escaped text stays as it is")
	})
}
