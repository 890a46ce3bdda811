package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

func TestTheNearestWordNeedsTheFewestEdits(t *testing.T) {
	words := []string{"BadTopic", "BadPath", "alert", "apns-topic"}
	rows := []struct {
		word, want string
		edits      int
		note       string
	}{
		{"BadTopic", "BadTopic", 0, "itself"},
		{"badtopic", "BadTopic", 0, "case does not count"},
		{"BadTopc", "BadTopic", 1, "a letter is missing"},
		{"alerts", "alert", 1, "a letter too many"},
		{"BadPats", "BadPath", 1, "a letter is wrong"},
		{"apns_topic", "apns-topic", 1, ""},
		{"", "alert", 5, "nothing is near the shortest"},
	}
	for _, row := range rows {
		got, edits := spelling.Nearest(row.word, words)
		assert.Equal(t, row.want, got, row.note)
		assert.Equal(t, row.edits, edits, row.word)
	}
	got, _ := spelling.Nearest("alert", nil)
	assert.Empty(t, got)
}

func TestEditsAreADistance(t *testing.T) {
	edits := func(a, b string) int {
		_, n := spelling.Nearest(a, []string{b})
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c]{0,8}`)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		assert.Equal(t, a == b, edits(a, b) == 0)
		assert.Equal(t, edits(a, b), edits(b, a), "the way back is as long")
		assert.LessOrEqual(t, edits(a, c), edits(a, b)+edits(b, c), "a detour is no shorter")
	})
}
