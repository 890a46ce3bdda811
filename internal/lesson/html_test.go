package lesson_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func pageOf(t *testing.T, page lesson.Page) string {
	t.Helper()
	var w bytes.Buffer
	require.NoError(t, lesson.WriteHTML(&w, page))
	return w.String()
}

func TestThePageHasEveryStepWithItsBytes(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	l, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	broken, err := lesson.RunExperiment(t.Context(), cfg, "token-bit")
	require.NoError(t, err)
	page := pageOf(t, lesson.Page{Lesson: l, Experiments: []*lesson.Lesson{broken}})
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		assert.False(t, ids[m[1]], "%s is there twice", m[1])
		ids[m[1]] = true
	}
	for _, s := range l.Steps() {
		assert.True(t, ids[s.ID], s.ID)
		assert.Contains(t, html.UnescapeString(page), s.Plain)
	}
	assert.True(t, ids["token-bit-changed-checks"])
	tag := regexp.MustCompile(`<[^>]*>`)
	bytesOf := strings.NewReplacer(" ", "", "\n", "").Replace(tag.ReplaceAllString(page, ""))
	for _, s := range append(l.Steps(), broken.Steps()...) {
		for _, b := range s.Blocks {
			text, err := b.Bytes.MarshalText()
			require.NoError(t, err)
			if !b.Text {
				assert.Contains(t, bytesOf, string(text), "%s: %s", s.ID, b.Title)
			}
		}
	}
}

// It is opened from disk, where nobody sends headers: the policy is in the page, and allows
// its own style and script by their hashes.
func TestThePageLoadsNothing(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	l, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	page := pageOf(t, lesson.Page{Lesson: l})
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	assert.Contains(t, policy, "default-src 'none'")
	assert.NotContains(t, policy, "unsafe")
	assert.NotContains(t, policy, "http")
	assert.NotContains(t, lesson.Style, "url(")
	assert.NotContains(t, lesson.Style, "@import")
	for _, element := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, found, 1, element)
		sum := sha256.Sum256([]byte(found[0][1]))
		assert.Contains(t, policy, element+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	foreign := regexp.MustCompile(`(?i)<(link|img|iframe|object|embed|base|form)\b|[ "]src=|[ "]style="|[ "]on[a-z]+="`)
	assert.Empty(t, foreign.FindString(page))
	assert.NotContains(t, page, "ZgotmplZ", "html/template has replaced what it took for unsafe")
}

func TestHostileTextStaysText(t *testing.T) {
	const hostile = `<img src=x onerror=alert(1)>`
	l := &lesson.Lesson{Title: hostile, Environment: hostile, Acts: []lesson.Act{{Title: hostile, Steps: []lesson.Step{{
		ID: `"><script>`, Title: hostile, From: lesson.Provider, To: lesson.APNs, Sent: hostile, Plain: hostile, Exactly: hostile,
		Keys:   []lesson.HeldKey{{Holder: hostile, Name: hostile, Kind: hostile, Note: hostile}},
		Blocks: []lesson.Block{{Title: hostile, Bytes: lesson.Hex(hostile), Text: true, Parts: []lesson.Part{{Size: 5, Name: hostile, Value: hostile, Meaning: hostile}, {At: -5, Size: 1 << 30}}}},
		Checks: []lesson.Check{{By: hostile, Name: hostile, Left: lesson.Row{Label: hostile, Text: hostile}, Result: hostile, Seen: hostile, Detail: hostile}},
		Rows:   []lesson.Row{{Label: hostile, Text: hostile}}, Words: []lesson.Word{{Word: hostile, Meaning: hostile}},
		Links: []lesson.Link{{Title: hostile, URL: "javascript:alert(1)"}}, Experiments: []string{hostile},
	}}}}}
	page := pageOf(t, lesson.Page{Lesson: l})
	assert.NotContains(t, page, "<img")
	assert.NotContains(t, page, `href="javascript`)
	assert.Equal(t, 1, strings.Count(page, "<script>"))
}

func TestPrintUnfoldsWhatIsFolded(t *testing.T) {
	assert.Contains(t, lesson.Style, ".dump::details-content { content-visibility: visible")
	assert.Regexp(t, `h2 \{[^}]*break-after: avoid`, lesson.Style)
	assert.Regexp(t, `h3 \{[^}]*break-after: avoid`, lesson.Style)
	assert.Regexp(t, `figcaption \{[^}]*break-after: avoid`, lesson.Style)
}
