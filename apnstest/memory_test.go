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

// "APNs stores it and tries to deliver it at least once, … up to 30 days."
func TestThirtyDaysPassInMilliseconds(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		mine.device.Disconnect()
		got := mine.push(t, `{"n":1}`)
		require.Equal(t, 200, got.status)
		time.Sleep(29 * 24 * time.Hour)
		mine.device.Connect()
		assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))

		mine.device.Disconnect()
		got = mine.push(t, `{"n":2}`)
		time.Sleep(30*24*time.Hour + time.Minute)
		assert.Contains(t, mine.History(got.id), "dropped expired", "nobody has asked for it")
		mine.device.Connect()
		mine.RequireNone(apnstest.ByPayload("n", 2), apnstest.ByState(apnstest.Delivered))
	})
	assert.Less(t, time.Since(began), 10*time.Second)
}

func TestAProviderTokenGrowsOldByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		bearer := "bearer " + mine.ProviderToken()
		require.Equal(t, 200, mine.push(t, `{}`, "authorization", bearer).status)
		time.Sleep(61 * time.Minute)
		assert.Equal(t, "ExpiredProviderToken", mine.push(t, `{}`, "authorization", bearer).Reason)
		r := mine.RequireRejected(apns.ExpiredProviderToken)
		assert.Equal(t, 61*time.Minute, r.Credential.Age.Round(time.Minute))
	})
}

func TestSpacesShareAServerInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		apple := apnstest.InMemory(t)
		first, second := newTestTeam(t, apple.NewSpace(t)), newTestTeam(t, apple.NewSpace(t))
		first.push(t, `{"n":1}`)
		second.push(t, `{"n":2}`)
		assert.Equal(t, `{"n":1}`, string(first.device.Next().Payload))
		assert.Equal(t, `{"n":2}`, string(second.device.Next().Payload))
	})
}

func TestWhatNeverComesIsWaitedForInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		message := failure(t, func(tb testing.TB) {
			apple := apnstest.NewUnstartedServer(tb)
			apple.Config = apnstest.Config{InMemory: true, Timeout: time.Hour}
			apple.Start()
			apple.Wait(1)
		})
		assert.Equal(t, "apnstest: 0 of 1 pushes matched everything within 1h0m0s; no push came", message)
		assert.Equal(t, time.Hour, time.Since(began))
	})
}

func TestClientsReachTheServerByApplesNames(t *testing.T) {
	check := func(t *testing.T, apple *apnstest.Server) {
		mine := newTestTeam(t, &apple.Space)
		bearer := "bearer " + mine.ProviderToken()
		got := push(t, mine.Client(), "https://api.push.apple.com", mine.device.Token(mine.app), `{}`, "authorization", bearer, "apns-topic", mine.app.Topic)
		assert.Equal(t, 200, got.status)
		got = push(t, mine.Client(), "https://api.sandbox.push.apple.com", mine.device.Token(mine.app), `{}`, "authorization", bearer, "apns-topic", mine.app.Topic)
		assert.Equal(t, "BadDeviceToken", got.Reason, "the token is of the other environment")
	}
	t.Run("on sockets", func(t *testing.T) { check(t, apnstest.NewServer(t)) })
	t.Run("in memory", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { check(t, apnstest.InMemory(t)) }) })
}

func TestNothingLeavesMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		apple := apnstest.InMemory(t)
		_, err := apple.Dial(t.Context(), "tcp", "127.0.0.1:443")
		assert.EqualError(t, err, "apnstest: nothing is at 127.0.0.1:443 in memory")
		assert.Equal(t, "https://apns.invalid:2197", apple.URL)
		assert.Equal(t, "apns.invalid:5223", apple.DeviceAddr)
		conn, err := apple.Dial(t.Context(), "tcp", apple.DeviceAddr)
		require.NoError(t, err)
		assert.NoError(t, conn.Close())
	})
}
