package apnstest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

// A testTeam pushes as the team of a space.
type testTeam struct {
	*apnstest.Space
	app    *apnstest.App
	device *apnstest.Device
}

func newTestTeam(t *testing.T, s *apnstest.Space) *testTeam {
	t.Helper()
	app := s.NewApp("com.example.app")
	return &testTeam{s, app, s.NewDevice(app)}
}

func (s *testTeam) push(t *testing.T, payload string, headers ...string) pushResponse {
	t.Helper()
	return s.pushTo(t, s.device.Token(s.app), payload, headers...)
}

func (s *testTeam) pushTo(t *testing.T, token, payload string, headers ...string) pushResponse {
	t.Helper()
	headers = append([]string{"authorization", "bearer " + s.ProviderToken(), "apns-topic", s.app.Topic}, headers...)
	return push(t, s.Client(), s.URL, token, payload, headers...)
}

// Each of the tests runs beside the others on one server, with the same bundle ID.
func TestParallelTestsOnOneServerNeverSeeEachOther(t *testing.T) {
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			mine := newTestTeam(t, shared.NewSpace(t))
			if i%2 == 1 {
				mine.Inject(apnstest.Reject(apns.TooManyRequests).Named("mine").Times(1))
				assert.Equal(t, "TooManyRequests", mine.push(t, `{}`).Reason)
			}
			payload := fmt.Sprintf(`{"test":%d}`, i)
			require.Equal(t, 200, mine.push(t, payload).status)
			assert.Equal(t, payload, string(mine.device.Next().Payload))
			mine.RequireDelivered(apnstest.ByPayload("test", i))
			mine.RequireNone(apnstest.ByPayload("test", i+1))
			assert.Len(t, mine.Records(), 1+i%2)
			assert.Len(t, mine.device.Inbox(), 1)

			mine.Clock.Advance(time.Duration(i) * 24 * time.Hour)
			assert.WithinDuration(t, time.Now().Add(time.Duration(i)*24*time.Hour), mine.Clock.Now(), time.Minute)
		})
	}
}

func TestSpacesAreIsolatedFromEachOther(t *testing.T) {
	t.Parallel()
	mine, other := newTestTeam(t, shared.NewSpace(t)), newTestTeam(t, shared.NewSpace(t))
	got := mine.pushTo(t, other.device.Token(other.app), `{}`)
	assert.Equal(t, pushResponse{400, got.id, "DeviceTokenNotForTopic"}, got, "the topic has the same name and is another one")
	mine.RequireRejected(apns.DeviceTokenNotForTopic)
	assert.Empty(t, other.Records())
	assert.Empty(t, other.History(got.id))
	_, ok := mine.Find(got.id)
	assert.True(t, ok)

	old := mine.ProviderToken()
	mine.Clock.Advance(2 * time.Hour)
	assert.Equal(t, "ExpiredProviderToken", mine.push(t, `{}`, "authorization", "bearer "+old).Reason)
	assert.Equal(t, 200, other.push(t, `{}`).status, "nobody else's clock was moved")
	refused := mine.RequireRejected(apns.ExpiredProviderToken)
	assert.Empty(t, refused.Credential.TeamID, "the token was no good")
}

// Who signs wrongly looks for the refusal where it belongs.
func TestARefusedProviderTokenIsSeenInTheSpaceThatItNames(t *testing.T) {
	t.Parallel()
	mine, other := newTestTeam(t, shared.NewSpace(t)), newTestTeam(t, shared.NewSpace(t))
	token := mine.ProviderToken()
	mine.RevokeKey(mine.KeyID)
	got := mine.push(t, `{}`, "authorization", "bearer "+token+"x")
	assert.Equal(t, "InvalidProviderToken", got.Reason)
	r := mine.RequireRejected(apns.InvalidProviderToken)
	assert.Equal(t, []string{got.id, mine.TeamID, ""}, []string{r.ID, r.TeamID, r.Credential.TeamID})
	assert.Empty(t, other.Records())
}

func TestASpaceEndsWithItsTest(t *testing.T) {
	var ended *testTeam
	var token string
	t.Run("its test", func(t *testing.T) {
		ended = newTestTeam(t, shared.NewSpace(t))
		token = ended.device.Token(ended.app)
		require.Equal(t, 200, ended.push(t, `{}`).status)
	})
	assert.Empty(t, shared.Records(apnstest.ByTeam(ended.TeamID)))
	mine := newTestTeam(t, shared.NewSpace(t))
	assert.Equal(t, "InvalidProviderToken", mine.push(t, `{}`, "authorization", "bearer "+ended.ProviderToken()).Reason)
	assert.NotEqual(t, 200, mine.pushTo(t, token, `{}`).status)
}

func TestResetTakesASpaceBackToItsBeginning(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.Inject(apnstest.Reject(apns.Forbidden))
	require.Equal(t, 403, mine.push(t, `{}`).status)
	mine.Advance(time.Hour)
	mine.Reset()
	assert.Empty(t, mine.Records())
	assert.WithinDuration(t, time.Now(), mine.Clock.Now(), time.Minute)
	assert.Equal(t, 200, mine.push(t, `{}`).status, "its keys, apps and devices stay")
}

func TestResetTakesAServerBackToItsBeginning(t *testing.T) {
	apple := apnstest.NewServer(t)
	all := newTestTeam(t, &apple.Space)
	space := newTestTeam(t, apple.NewSpace(t))
	all.device.Disconnect()
	require.Equal(t, 200, all.push(t, `{"n":1}`).status)
	require.Equal(t, 200, space.push(t, `{}`).status)
	response, err := apple.Client().Post(apple.URL+"/3/device/00", "", nil) // of no team
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	apple.Inject(apnstest.Reject(apns.Shutdown))
	require.Equal(t, 503, all.push(t, `{"n":2}`).status)

	apple.Reset()
	assert.Len(t, apple.Records(), 1, "the record of the other space stays")
	all.device.Connect()
	require.Equal(t, 200, all.push(t, `{"n":3}`).status, "no fault is left")
	assert.Equal(t, `{"n":3}`, string(all.device.Next().Payload), "what waited is forgotten")
}

func TestTheServerSeesWhatHappensInItsSpaces(t *testing.T) {
	apple := apnstest.NewServer(t)
	mine := newTestTeam(t, apple.NewSpace(t))
	got := mine.push(t, `{}`)
	assert.Equal(t, mine.TeamID, apple.RequireAccepted(apnstest.ByID(got.id)).TeamID)
	apple.Inject(apnstest.Reject(apns.Shutdown))
	assert.Equal(t, "Shutdown", mine.push(t, `{}`).Reason, "and its faults are everybody's")
}

func TestAClockIsSet(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	christmas := time.Date(2030, 12, 24, 18, 0, 0, 0, time.UTC)
	mine.Clock.Set(christmas)
	assert.WithinDuration(t, christmas, mine.Clock.Now(), time.Minute)
	got := mine.push(t, `{}`)
	require.Equal(t, 200, got.status, "provider tokens are signed by the same clock")
	r := mine.RequireDelivered(apnstest.Since(christmas))
	assert.Equal(t, got.id, r.ID)
}
