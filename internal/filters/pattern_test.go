package filters_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

func TestAStarStandsForAnyCharacters(t *testing.T) {
	failed := push()
	failed.States, failed.Status, failed.Reason = filters.States(0).With(filters.Rejected), 400, apns.BadDeviceToken
	starred := push()
	starred.CollapseID = `a*b\c`
	starred.Payload = []byte(`{"text":"a*b","path":"C:\\x","empty":""}`)
	for _, row := range []struct {
		filter string
		s      *filters.Attributes
		want   bool
		note   string
	}{
		{"topic=com.example.*", push(), true, ""},
		{"topic=*.app", push(), true, ""},
		{"topic=com.*.app", push(), true, ""},
		{"topic=c*.*a*p", push(), true, ""},
		{"topic=*", push(), true, ""},
		{"topic=com.example.app*", push(), true, "none is any number of characters"},
		{"topic=com.example", push(), false, "a value without a star is the whole value"},
		{"topic=com.other.*", push(), false, ""},
		{"topic=*.ap", push(), false, ""},
		{"topic=com.example.app*app", push(), false, "nothing counts twice"},
		{"topic=com.Example.*", push(), false, "topics have case"},
		{"topic=com.other.* topic=com.example.*", push(), true, "one of several values is enough"},
		{"channel=*", push(), false, "what is not known matches nothing"},
		{"space=TEAM*", push(), true, ""},
		{"push-type=al*", push(), true, ""},
		{"collapse-id=game-*", push(), true, ""},
		{"apns-id=eabeae54-*", push(), true, "UUIDs in either case"},
		{"apns-id=*-B60B-*", push(), true, ""},
		{"apns-unique-id=4084A6E4*", push(), true, ""},
		{"token=AB*", push(), true, "hex in either case"},
		{"token=*cd", push(), true, ""},
		{"token=b*", push(), false, ""},
		{"device=0102*08", push(), true, ""},
		{"device=*", push(), true, ""},
		{"device=*", &filters.Attributes{}, false, "a push without a device"},
		{"environment=sand*", push(), true, ""},
		{"environment=prod*", push(), false, ""},
		{"state=de*", push(), true, ""},
		{"state=d*", push(), true, "delivered or dropped"},
		{"state=re*", push(), false, ""},
		{"status=2*", push(), true, ""},
		{"status=4*", push(), false, ""},
		{"status=4*", failed, true, ""},
		{"status=*", &filters.Attributes{}, false, "there is none yet"},
		{"priority=1*", push(), true, "10 as well as 1"},
		{"reason=Bad*", failed, true, ""},
		{"reason=*Token", failed, true, ""},
		{"reason=*", push(), false, ""},

		{"payload.aps.alert.title=H*", push(), true, ""},
		{"payload.aps.alert.title=*x*", push(), false, ""},
		{"payload.aps.badge=*", push(), true, "a number by its digits"},
		{"payload.big=90071*", push(), true, ""},
		{"payload.aps.content-available=tr*", push(), true, ""},
		{"payload.aps.alert=*", push(), false, "an object has no text"},
		{"payload.aps.sound=*", push(), false, "nor has null"},
		{"payload.aps.category=*", push(), false, "nor what is absent"},
		{"payload.empty=*", push(), true, ""},
		{`payload.aps.alert.title="H*"`, push(), false, "in quotes, a star is a star"},
		{`payload.text="a*b"`, starred, true, ""},

		{`collapse-id=a\*b\\c`, starred, true, "a star that was meant"},
		{`collapse-id=a\*b*`, starred, true, ""},
		{`collapse-id=a\*`, starred, false, ""},
		{`payload.text=a\*b`, starred, true, ""},
		{`payload.text=\**`, starred, false, ""},
		{`payload.path=C:\x`, starred, true, "without a star, a backslash is one"},
		{`payload.path=C:\\*`, starred, true, ""},
	} {
		t.Run(row.filter, func(t *testing.T) {
			f := parse(t, row.filter)
			assert.Equal(t, row.want, f.Match(row.s), row.note)
			assert.Equal(t, row.want, f.MatchDocument(row.s, new(filters.Document)), "looked up or decoded, it is the same")
			assert.Equal(t, row.want, len(f.Differences(row.s)) == 0, "differences are there exactly if it does not match")
		})
	}
}

func TestAStarThatCanMatchNothingIsRejected(t *testing.T) {
	for filter, want := range map[string]string{
		"state=x*":     `state: nothing matches "x*"; there is rejected, accepted, stored, sent, delivered, dropped, failed`,
		"token=xyz*":   `token: "xyz*" has other characters than 0123456789abcdef and *`,
		"device=xyz*":  `device: "xyz*" has other characters than 0123456789abcdef and *`,
		"status=4xx*":  `status: "4xx*" has other characters than 0123456789 and *`,
		"priority=-*":  `priority: "-*" has other characters than 0123456789 and *`,
		"since=2026-*": `since: "2026-*" is not a time`,
	} {
		_, err := filters.Parse(query(filter), now)
		require.Error(t, err, filter)
		assert.Contains(t, err.Error(), want)
	}
}

func TestADifferenceShowsThePattern(t *testing.T) {
	f := parse(t, "topic=com.other.* payload.aps.alert.title=B*")
	assert.Equal(t, []filters.Difference{
		{Word: "topic", Want: "com.other.*", Got: "com.example.app"},
		{Word: "payload.aps.alert.title", Want: "B*", Got: `"Hi"`},
	}, f.Differences(push()))
}

func TestStatesWithAStarMaySelectFailures(t *testing.T) {
	for filter, want := range map[string]bool{"state=fail*": true, "state=*ed": true, "state=d*": false, "state=failed": true} {
		f := parse(t, filter)
		assert.Equal(t, want, f.WantsFailures(), filter)
	}
}
