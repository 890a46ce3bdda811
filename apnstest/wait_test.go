package apnstest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

func TestWaitReturnsThePushesThatMatch(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	first, second := mine.push(t, `{"aps":{"badge":7}}`), mine.push(t, `{"aps":{"badge":7}}`)
	mine.push(t, `{"aps":{"badge":8}}`)
	got := mine.Wait(2, apnstest.ByTopic(mine.app.Topic), apnstest.ByState(apnstest.Delivered), apnstest.ByPayload("aps.badge", 7))
	require.Len(t, got, 2)
	assert.Equal(t, []string{first.id, second.id}, []string{got[0].ID, got[1].ID})
	assert.Len(t, mine.Wait(3, apnstest.ByPayload("aps.badge", 7, 8)), 3, "one of the values has to hold")
}

func TestARecordTellsAllThereIs(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	sent := mine.push(t, `{"aps":{"alert":"hi","badge":"3"}}`, "apns-push-type", "alert", "apns-collapse-id", "game")
	r := mine.RequireDelivered(apnstest.ByID(sent.id))
	assert.Equal(t, []string{"received", "accepted", "sent", "delivered"}, r.History())
	assert.True(t, r.Has(apnstest.Accepted) && !r.Has(apnstest.Stored))
	assert.Equal(t, mine.device.ID(), r.Device)
	assert.Equal(t, "game", r.CollapseID)
	assert.Equal(t, 200, r.Status)
	assert.Contains(t, r.Headers, apnstest.Header{Name: "apns-push-type", Value: "alert"})
	assert.Equal(t, apnstest.TokenCredential, r.Credential.Kind)
	assert.Equal(t, []string{mine.TeamID, mine.KeyID}, []string{r.Credential.TeamID, r.Credential.KeyID})
	require.NotEmpty(t, r.Checks)
	assert.Equal(t, apnstest.CheckPassed, r.Checks[len(r.Checks)-1].Result)
	require.Len(t, r.Advice, 1)
	assert.Equal(t, apns.AdviceWrongType, r.Advice[0].Code)
	assert.Equal(t, r.Advice, mine.Advice(sent.id))
	assert.Contains(t, r.String(), sent.id+" to token ")
	for _, h := range r.Headers {
		assert.NotContains(t, h.Value, mine.ProviderToken(), "no secret is told")
	}
}

func TestARefusalTellsTheCheckThatFailed(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.push(t, `{}`, "apns-priority", "7")
	r := mine.RequireRejected(apns.BadPriority)
	assert.Equal(t, 400, r.Status)
	assert.NotEmpty(t, r.Detail)
	results := map[apnstest.CheckResult]int{}
	for _, c := range r.Checks {
		results[c.Result]++
	}
	assert.Equal(t, 1, results[apnstest.CheckFailed])
	assert.Positive(t, results[apnstest.CheckNotReached])
}

// quickly runs a test that fails on a server in memory, where waiting takes no time.
func quickly(t *testing.T, f func(t *testing.T, mine *testTeam)) (message string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		message = failure(t, func(tb testing.TB) {
			apple := apnstest.InMemory(tb)
			app := apple.NewApp("com.example.app")
			f(t, &testTeam{&apple.Space, app, apple.NewDevice(app)})
		})
	})
	return message
}

func TestAFailureTellsWhatCameInstead(t *testing.T) {
	t.Parallel()
	var id string
	message := quickly(t, func(t *testing.T, mine *testTeam) {
		id = mine.push(t, `{"aps":{"badge":3}}`).id
		mine.RequireDelivered(apnstest.ByPayload("aps.badge", 7), apnstest.ByPushType("alert"))
	})
	assert.Contains(t, message, "0 of 1 pushes matched push-type=alert state=delivered payload.aps.badge=7 within 10s\n\tinstead: "+id+" to token ")
	assert.Contains(t, message, ", topic com.example.app: received, accepted, sent, delivered\n\t\tpush-type has no value, not alert\n\t\tpayload.aps.badge is 3, not 7")
}

func TestWhatNeverWillBeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		push func(*testing.T, *testTeam)
		now  bool
	}{
		"refused for good": {func(t *testing.T, mine *testTeam) {
			token := mine.device.Token(mine.app)
			mine.device.Uninstall(mine.app)
			mine.pushTo(t, token, `{"n":1}`)
		}, true},
		"dropped": {func(t *testing.T, mine *testTeam) {
			mine.device.Disconnect()
			mine.push(t, `{"n":1}`, "apns-expiration", "0")
		}, true},
		"refused, and may be repeated": {func(t *testing.T, mine *testTeam) {
			mine.Inject(apnstest.Reject(apns.TooManyRequests))
			mine.push(t, `{"n":1}`)
		}, false},
		"stored":       {func(t *testing.T, mine *testTeam) { mine.device.Disconnect(); mine.push(t, `{"n":1}`) }, false},
		"nothing came": {func(*testing.T, *testTeam) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var began, ended time.Time
			message := quickly(t, func(t *testing.T, mine *testTeam) {
				tc.push(t, mine)
				began = time.Now()
				defer func() { ended = time.Now() }()
				mine.RequireDelivered(apnstest.ByTopic(mine.app.Topic))
			})
			if tc.now {
				assert.Less(t, ended.Sub(began), apnstest.DefaultTimeout)
				assert.Contains(t, message, "0 of 1 pushes matched topic=com.example.app state=delivered, and no retry will change that\n\tinstead: ")
				return
			}
			assert.GreaterOrEqual(t, ended.Sub(began), apnstest.DefaultTimeout, "another may come")
			assert.Contains(t, message, " within 10s")
		})
	}
}

func TestAFilterThatCannotBeMeantIsExplained(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		filter apnstest.Filter
		want   string
	}{
		{apnstest.ByTopic(), `the filter "topic" has no value; give at least one`},
		{apnstest.ByReason("BadTokken"), `reason: there is no "BadTokken"; did you mean BadTopic?`},
		{apnstest.ByState("sennt"), `state: there is no "sennt"; did you mean sent?`},
		{apnstest.ByPath("/3/device/*"), "path: there is no such filter word"},
	} {
		message := failure(t, func(tb testing.TB) { shared.NewSpace(tb).Wait(1, tc.filter) })
		assert.Contains(t, message, "apnstest: filter: ")
		assert.Contains(t, message, tc.want)
	}
}

func TestRequireNoneWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	message := quickly(t, func(t *testing.T, mine *testTeam) {
		mine.device.SetAckDelay(3 * time.Second)
		mine.push(t, `{"n":1}`)
		mine.RequireNone(apnstest.ByState(apnstest.Delivered))
	})
	assert.Regexp(t, `^apnstest: 1 pushes match state=delivered, and none should:\n\t.*: received, accepted, sent, delivered$`, message)
	message = quickly(t, func(t *testing.T, mine *testTeam) {
		mine.device.Disconnect()
		mine.push(t, `{"n":1}`)
		mine.RequireNone(apnstest.ByState(apnstest.Delivered))
		mine.device.Connect()
		mine.RequireNone(apnstest.ByState(apnstest.Delivered))
	})
	assert.Contains(t, message, "received, accepted, stored device-offline, sent, delivered")
}

func TestRequireNoneDoesNotWaitForWhatIsSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		began := time.Now()
		mine.RequireNone()
		mine.push(t, `{"n":1}`)
		mine.push(t, `{"n":2}`, "apns-priority", "7")
		mine.device.Disconnect()
		mine.push(t, `{"n":3}`)
		mine.RequireNone(apnstest.ByPayload("n", 4))
		assert.Zero(t, time.Since(began), "one is delivered, one rejected, one stored")

		mine.device.Connect()
		mine.device.SetAckDelay(-1)
		mine.push(t, `{"n":5}`)
		mine.RequireNone(apnstest.ByPayload("n", 5), apnstest.ByState(apnstest.Delivered))
		assert.Equal(t, apnstest.DefaultTimeout, time.Since(began), "what is never settled has its time")
	})
}
