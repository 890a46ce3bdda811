package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/vocabulary"
)

// explain runs the command and returns what it prints and its exit code.
func explain(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err strings.Builder
	code = run(t.Context(), append([]string{"explain"}, args...), newConsole(strings.NewReader(""), &out, &err))
	return out.String(), err.String(), code
}

func TestEveryWordOfTheTablesIsExplained(t *testing.T) {
	var words []string
	for _, r := range apns.Reasons() {
		words = append(words, string(r.Reason))
	}
	for _, h := range apns.Headers() {
		words = append(words, h.Name)
	}
	for _, p := range apns.PushTypes() {
		words = append(words, string(p.Type))
	}
	for _, a := range apns.Advices() {
		words = append(words, string(a.Code))
	}
	list, _, code := explain(t)
	require.Equal(t, exitOK, code)
	require.Len(t, strings.Split(strings.TrimSpace(list), "\n"), len(words), "a line each")
	for _, word := range words {
		assert.Contains(t, list, " "+word+" ")
		out, _, code := explain(t, strings.ToUpper(word))
		assert.Equal(t, exitOK, code, word)
		assert.True(t, strings.HasPrefix(out, word+" "), "no other word hides it: %s", out)
		assert.Contains(t, out, "\nsource ")
	}
}

func TestAnExplanationSaysWhatToDo(t *testing.T) {
	rows := []struct {
		word string
		want []string
	}{
		{"baddevicetoken", []string{
			"BadDeviceToken  reason\n", "status          400\n", "simulator       A token that",
			"remedy          Check that host", "retry           never\n",
			"source          https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns\n",
			"                observed: Apple forum 807380\n",
		}},
		{"priority", []string{"apns-priority  header\n", "sent           by providers\n", "if wrong       BadPriority\n"}},
		{"channel-id", []string{"sent             by providers, and by APNs in the response\n", "if missing       MissingChannelId\n"}},
		{"unique-id", []string{"sent            by APNs in the response\n"}},
		{"LiveActivity", []string{"topic         the bundle ID and .push-type.liveactivity\n", "priority      10 or 5\n", "max bytes     4096\n"}},
		{"mdm", []string{"topic        the UID of the MDM push certificate\n"}},
		{"alert", []string{"topic        the bundle ID\n", "credentials  provider token, or a certificate that lists the topic\n"}},
		{"location", []string{"provider token; Apple documents no certificate\n"}},
		{"voip", []string{"topic        the bundle ID and .voip; a topic with it takes no other type\n"}},
		{"InvalidPushType", []string{"on a topic that ends in .voip, any type other than voip", "observed: ostinelli/apnotic#87"}},
		{"MissingChannelId", []string{"GET /1/apps/BUNDLE-ID/all-channels", "observed: APNSwift#240\n"}},
		{"silent-as-alert", []string{"silent-as-alert  advice\n", "observed: mobile-push#19\n"}},
	}
	for _, row := range rows {
		t.Run(row.word, func(t *testing.T) {
			out, _, code := explain(t, row.word)
			require.Equal(t, exitOK, code)
			for _, want := range row.want {
				assert.Contains(t, out, want)
			}
			assert.NotContains(t, out, " \n", "fields that a kind does not have are left out")
		})
	}
}

func TestAnUnknownWordIsAMistakeWithAHint(t *testing.T) {
	rows := []struct{ word, want string }{
		{"BadTopc", `unknown word "BadTopc"; did you mean BadTopic?`},
		{"collapseid", `did you mean apns-collapse-id?`},
		{"alerts", `did you mean alert?`},
	}
	for _, row := range rows {
		out, err, code := explain(t, row.word)
		assert.Equal(t, exitUsage, code)
		assert.Empty(t, out)
		assert.Contains(t, err, row.want)
	}
}

func TestExplanationsAreOneJSONObjectALine(t *testing.T) {
	out, _, code := explain(t, "--json", "unregistered")
	require.Equal(t, exitOK, code)
	var one map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &one))
	assert.Equal(t, "reason", one["kind"])
	assert.Equal(t, "Unregistered", one["word"])
	assert.EqualValues(t, 410, one["status"])
	assert.NotContains(t, one, "topic")
	for _, key := range []string{"meaning", "here", "remedy", "retry", "requests", "source"} {
		assert.NotEmpty(t, one[key], key)
	}

	out, _, code = explain(t, "--json")
	require.Equal(t, exitOK, code)
	lines := json.NewDecoder(strings.NewReader(out))
	n := 0
	for ; lines.More(); n++ {
		var e vocabulary.Entry
		require.NoError(t, lines.Decode(&e))
		assert.NotEmpty(t, e.Word)
	}
	assert.Equal(t, len(vocabulary.Entries()), n)
}
