package presentation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// live is a push to a Live Activity of the demo app.
func live(at time.Time, members string) Push {
	return Push{Topic: demo + ".push-type.liveactivity", Payload: fmt.Appendf(nil, `{"aps":{%s}}`, members), At: at}
}

// event is a push whose timestamp is when it came.
func event(at time.Time, name, state string, more string) Push {
	return live(at, fmt.Sprintf(`"event":%q,"timestamp":%d,"content-state":%s%s`, name, at.Unix(), state, more))
}

const attributes = `,"attributes-type":"Match","attributes":{"home":"A"},"alert":{"title":{"loc-key":"KICKOFF","loc-args":["A"]},"body":"now","sound":"whistle.caf"}`

// "Starting and updating Live Activities with ActivityKit push notifications".
func TestALiveActivityIsUpdatedInPlace(t *testing.T) {
	var s Screen
	shown := s.Take(event(noon, "start", `{"score": "0:0"}`, attributes))
	assert.Equal(t, "Live Activity, start", shown.Kind)
	assert.Equal(t, []string{"a Live Activity appears on the locked screen and in the Dynamic Island", "the screen lights up with the alert"}, shown.Effects)
	assert.Contains(t, shown.Fields, Field{"title", "KICKOFF (a key of the app) with A"})
	assert.Contains(t, shown.Fields, Field{"sound", "whistle.caf"})
	assert.True(t, shown.Visible)

	shown = s.Take(event(noon.Add(time.Minute), "update", `{"score":"1:0"}`, `,"stale-date":1767268980`))
	assert.Equal(t, []string{"the Live Activity changes in place"}, shown.Effects)
	all := s.Activities(noon)
	require.Len(t, all, 1)
	assert.Equal(t, `{"score":"1:0"}`, all[0].State)
	assert.Equal(t, "Match", all[0].Type)
	assert.False(t, all[0].IsStale(noon.Add(2*time.Minute)))
	assert.True(t, all[0].IsStale(noon.Add(3*time.Minute)), "from its stale-date on")

	shown = s.Take(event(noon.Add(2*time.Minute), "end", `{"score":"2:0"}`, ""))
	assert.Equal(t, []string{"it has ended, and leaves the screen at 2026-01-01T16:02:00Z"}, shown.Effects, "four hours later")
	assert.Len(t, s.Activities(noon.Add(4*time.Hour)), 1, "with its last state")
	assert.Empty(t, s.Activities(noon.Add(4*time.Hour+2*time.Minute)))
}

func TestDismissalDateIsHonoredWithinFourHours(t *testing.T) {
	for _, tc := range []struct {
		dismissal time.Time
		stays     time.Duration
		note      string
	}{
		{noon.Add(-time.Hour), 0, "in the past is at once"},
		{noon.Add(time.Hour), time.Hour, ""},
		{noon.Add(9 * time.Hour), 4 * time.Hour, "four hours are the most"},
	} {
		var s Screen
		s.Take(event(noon, "start", "{}", attributes))
		s.Take(event(noon, "end", "{}", fmt.Sprintf(`,"dismissal-date":%d`, tc.dismissal.Unix())))
		if tc.stays > 0 {
			assert.Len(t, s.Activities(noon.Add(tc.stays-time.Second)), 1, tc.note)
		}
		assert.Empty(t, s.Activities(noon.Add(tc.stays)), tc.note)
	}
}

func TestAnOlderStateIsIgnored(t *testing.T) {
	var s Screen
	s.Take(event(noon, "start", "{}", attributes))
	late := event(noon.Add(-time.Minute), "update", `{"late":1}`, "")
	late.At = noon.Add(time.Minute)
	shown := s.Take(late)
	assert.Equal(t, []string{"it is ignored: its timestamp is older than that of the state shown, by 1m0s"}, shown.Effects)
	assert.False(t, shown.Visible)
	assert.Equal(t, "{}", s.Activities(noon)[0].State)
}

func TestAnUnknownEventIsIgnored(t *testing.T) {
	for _, tc := range []struct {
		name, members, effect string
	}{
		{"no event", `"timestamp":1767268800`, "the system ignores it"},
		{"no timestamp", `"event":"update","content-state":{}`, "the system ignores it: it needs a timestamp in seconds since 1970"},
		{"milliseconds", `"event":"update","timestamp":1767268800000000,"content-state":{}`, "the system ignores it: it needs a timestamp in seconds since 1970"},
		{"start without attributes", `"event":"start","timestamp":1767268800,"content-state":{}`, "the system ignores it: a start needs content-state, attributes and attributes-type"},
		{"nothing to end", `"event":"end","timestamp":1767268800`, "there is no activity to end"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s Screen
			shown := s.Take(live(noon, tc.members))
			assert.Equal(t, []string{tc.effect}, shown.Effects)
			assert.False(t, shown.Visible)
			assert.Empty(t, s.Activities(noon))
		})
	}
}

// "Setting up broadcast push notifications".
func TestBroadcastUpdatesWhatFollowsItsChannel(t *testing.T) {
	var s Screen
	s.Take(event(noon, "start", `{"of":"token"}`, attributes))
	s.Take(event(noon, "start", `{"of":"channel"}`, attributes+`,"input-push-channel":"c1"`))
	broadcast := event(noon.Add(time.Second), "update", `{"of":"broadcast"}`, "")
	broadcast.Channel = "c1"
	s.Take(broadcast)
	all := s.Activities(noon)
	require.Len(t, all, 2)
	assert.Equal(t, `{"of":"token"}`, all[0].State)
	assert.Equal(t, `{"of":"broadcast"}`, all[1].State)

	broadcast.Channel = "c2"
	assert.Contains(t, s.Take(broadcast).Effects, "it is taken for one that the app started itself")
	assert.Len(t, s.Activities(noon), 3)

	start := event(noon, "start", "{}", attributes)
	start.Channel = "c1"
	assert.Equal(t, []string{"the system ignores it: a broadcast starts nothing"}, s.Take(start).Effects)
}

func TestUpdateIsForTheNewestActivityOfTheApp(t *testing.T) {
	var s Screen
	s.Take(event(noon, "start", `{"n":1}`, attributes))
	s.Take(event(noon, "start", `{"n":2}`, attributes+`,"input-push-token":1`))
	s.Take(event(noon, "update", `{"n":3}`, ""))
	all := s.Activities(noon)
	assert.Equal(t, []string{`{"n":1}`, `{"n":3}`}, []string{all[0].State, all[1].State})
}
