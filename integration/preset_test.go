package integration_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// symptoms show what a user of sideshow/apns2 meets, by preset, and what of it is
// over on another connection.
var symptoms = map[string]func(*testing.T, *quirk){
	"wrong-environment": func(t *testing.T, q *quirk) {
		away := goAway{http2.ErrCodeNo, 0, `{"reason":"BadCertificateEnvironment"}`}
		p := q.watched(t, neverTwice, neverClosed)
		require.ErrorContains(t, q.push(t, p, waitTimeout, greeting).err, "after Request.Body was written")
		soon(t, "it is told twice", func() bool { return slices.Equal([]goAway{away, away}, p.only(t).receivedFrames().goAways) })

		p = q.watched(t)
		require.Error(t, q.push(t, p, brevity, greeting).err)
		assert.Greater(t, len(p.all()), 1, "it connects again and again, for nothing")
	},
	"dropped-in-flight": func(t *testing.T, q *quirk) {
		p := q.watched(t, neverTwice)
		require.Equal(t, map[string]int{"": 10}, q.outcomes(t, p, 10))
		got := q.blindly(t, p, 4)
		require.NoError(t, got[0].err)
		assert.Equal(t, "ExpiredProviderToken", got[0].Reason)
		w := p.only(t)
		for i, lost := range got[1:] {
			require.ErrorContains(t, lost.err, "REFUSED_STREAM")
			w.expectRefusedStream(t, w.sentFrames().streams[11+i])
		}
		limits := w.receivedFrames().limits
		assert.EqualValues(t, 1, limits[len(limits)-1])
		q.wants(t, p, "", "")
	},
	"limit-flapping": func(t *testing.T, q *quirk) {
		p := q.watched(t, neverTwice)
		require.Equal(t, map[string]int{"": 20}, q.outcomes(t, p, 20))
		got := q.blindly(t, p, 3)
		require.NoError(t, got[0].err)
		assert.Equal(t, 200, got[0].StatusCode)
		for _, lost := range got[1:] {
			require.ErrorContains(t, lost.err, "GOAWAY", "the limit had been 500 when it was sent")
		}
		w := p.only(t)
		assert.Equal(t, []uint32{500, 1}, w.receivedFrames().limits[2:], "after those of every connection")
		assert.Equal(t, []goAway{{http2.ErrCodeRefusedStream, w.sentFrames().streams[20], "Maximum active streams violated for this endpoint"}}, w.receivedFrames().goAways)
		q.wants(t, p, "")
		assert.Len(t, p.all(), 2)
	},
	"wedged": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		fresh := p.Token
		_, expired, _ := strings.Cut(bearerAt(t, q.demoKey(), q.Demo.KeyID, q.Demo.TeamID, time.Now().Add(-2*time.Hour)), " ")
		p.Token = &token.Token{Bearer: expired, IssuedAt: time.Now().Unix()}
		q.wants(t, p, "ExpiredProviderToken")
		p.Token = fresh
		q.wants(t, p, "ExpiredProviderToken", "ExpiredProviderToken")
		q.wants(t, q.watched(t), "", "")
	},
	"sticky-500": func(t *testing.T, q *quirk) {
		q.wants(t, q.watched(t), "InternalServerError", "InternalServerError", "InternalServerError")
		q.wants(t, q.watched(t), "", "")
	},
	"goaway-kept-open": func(t *testing.T, q *quirk) {
		p := q.watched(t, neverClosed)
		q.wants(t, p, "", "", "")
		require.Len(t, p.all(), 2, "this client takes another connection")
		left := p.all()[0]
		assert.Equal(t, []goAway{{http2.ErrCodeNo, 1, ""}}, left.receivedFrames().goAways)
		left.ping(t)
		soon(t, "the first connection is alive", func() bool { return left.receivedFrames().pongs == 1 })
		assert.NoError(t, left.ended())
	},
	"goaway-under-load": func(t *testing.T, q *quirk) {
		p := q.watched(t, neverTwice)
		q.wants(t, p, "", "", "", "", "")
		got := q.blindly(t, p, 3)
		require.NoError(t, got[0].err, "some pushes fail, not all")
		assert.Equal(t, 200, got[0].StatusCode)
		for _, lost := range got[1:] {
			require.ErrorContains(t, lost.err, "GOAWAY")
		}
		w := p.only(t)
		assert.Equal(t, []goAway{{http2.ErrCodeNo, w.sentFrames().streams[5], ""}}, w.receivedFrames().goAways, "two streams above it were in flight")
		q.wants(t, p, "")
	},
	"goaway-at-once": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		require.Error(t, q.push(t, p, brevity, greeting).err)
		heard := p.all()[0].receivedFrames()
		assert.Equal(t, http2.FrameGoAway, heard.kinds[0], "before SETTINGS")
		assert.Equal(t, []goAway{{http2.ErrCodeNo, 0, ""}}, heard.goAways)
	},
	"goaway-plain-text": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		q.wants(t, p, "", "")
		got := q.push(t, p, waitTimeout, greeting)
		require.ErrorContains(t, got.err, "PROTOCOL_ERROR")
		require.ErrorContains(t, got.err, "Stream 5 does not exist")
		q.wants(t, p, "")
	},
	"never-answered": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		q.unanswered(t, p)
		q.unanswered(t, p)
		q.off(t)
		q.wants(t, p, "")
		heard := p.only(t).receivedFrames()
		assert.Empty(t, heard.resets, "all else works on the connection")
		assert.Empty(t, heard.goAways)
	},
	"silence": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		q.unanswered(t, p)
		w := p.only(t)
		before := w.receivedFrames()
		w.ping(t)
		q.wants(t, p, "")
		assert.Len(t, p.all(), 2, "another connection is the cure")
		assert.Equal(t, before, w.receivedFrames(), "no response to the PING either")
		assert.NoError(t, w.ended(), "and no FIN")
	},
	"resets": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		assert.Equal(t, map[string]int{"error": 3, "": 6}, q.outcomes(t, p, 9))
		require.Len(t, p.all(), 4)
		for _, w := range p.all()[:3] {
			soon(t, "it is reset", func() bool { return errors.Is(w.ended(), syscall.ECONNRESET) })
			assert.Empty(t, w.receivedFrames().goAways)
		}
	},
	"token-updates":       someOf("TooManyProviderTokenUpdates"),
	"invalid-token-waves": someOf("InvalidProviderToken"),
	"mixed-teams": func(t *testing.T, q *quirk) {
		assert.Equal(t, map[string]int{"": 6, "TopicDisallowed": 3}, q.outcomes(t, q.watched(t), 9))
	},
	"bad-tokens":     func(t *testing.T, q *quirk) { q.wants(t, q.watched(t), "BadDeviceToken") },
	"unknown-reason": func(t *testing.T, q *quirk) { q.wants(t, q.watched(t), "BadEnvironmentKeyInToken") },
	"odd-ids": func(t *testing.T, q *quirk) {
		const id = "eabeae54-14a8-11e5-b60b-1697f925ec7b"
		got, err := q.watched(t).PushWithContext(t.Context(), &apns2.Notification{
			ApnsID: id, DeviceToken: q.device.token, Topic: q.Demo.Topic, Payload: []byte(greeting),
		})
		require.NoError(t, err)
		assert.Equal(t, strings.ToUpper(id), got.ApnsID)
	},
	"empty-object": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		assert.Equal(t, "PayloadEmpty", q.answered(t, p, `{}`).Reason)
		assert.Equal(t, 200, q.answered(t, p, `{"aps":{}}`).StatusCode)
	},
	"request-cap": func(t *testing.T, q *quirk) {
		p, other := q.watched(t, neverTwice, neverClosed), q.watched(t)
		q.wants(t, other, "", "", "", "")
		q.wants(t, p, "", "", "", "")
		got := q.blindly(t, p, 2)
		require.NoError(t, got[0].err, "the last request of the connection is answered")
		assert.Equal(t, 200, got[0].StatusCode)
		require.Error(t, got[1].err)
		w := p.only(t)
		assert.Equal(t, []goAway{{http2.ErrCodeNo, w.sentFrames().streams[4], ""}}, w.receivedFrames().goAways)
		w.expectRefusedStream(t, w.sentFrames().streams[5])
		q.wants(t, p, "", "")
		assert.Empty(t, other.only(t).receivedFrames().goAways, "it has not had as many")
	},
	"slow-connect": func(t *testing.T, q *quirk) {
		q.off(t, "slow-connect-1")
		for range 20 {
			q.wants(t, q.watched(t), "")
		}
		for range 20 {
			require.ErrorIs(t, q.push(t, q.watched(t), waitTimeout, greeting).err, syscall.ECONNRESET)
		}
		q.wants(t, q.watched(t), "")

		q.off(t)
		q.on(t, "")
		q.off(t, "slow-connect-2")
		var late atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if errors.Is(q.push(t, q.watched(t, hasty), waitTimeout, greeting).err, context.DeadlineExceeded) {
					late.Add(1)
				}
			})
		}
		wg.Wait()
		assert.Positive(t, late.Load(), "of eight that each wait for a second or so")
	},
	"throughput-drop": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		begun := time.Now()
		require.Equal(t, map[string]int{"": 25}, q.outcomes(t, p, 25))
		assert.Greater(t, time.Since(begun), 600*time.Millisecond, "the sum of 0, 2, 4, … 48 ms")
		ten := func(p *provider) time.Duration {
			begun := time.Now()
			require.Equal(t, map[string]int{"": 10}, q.outcomes(t, p, 10))
			return time.Since(begun)
		}
		assert.Less(t, ten(q.watched(t)), ten(p), "another connection is fast")
	},
	"accepted-not-delivered": func(t *testing.T, q *quirk) {
		p := q.watched(t)
		require.Equal(t, 200, q.answered(t, p, `{"aps":{"alert":"lost"}}`).StatusCode)
		q.off(t)
		require.Equal(t, 200, q.answered(t, p, `"kept"`).StatusCode)
		for {
			e := q.device.await("notification")
			require.NotContains(t, string(e.Payload), "lost")
			if string(e.Payload) == strconv.Quote("kept") {
				return
			}
		}
	},
	"still-registered": func(t *testing.T, q *quirk) {
		typed, keyboard := io.Pipe()
		uninstalled := q.startDeviceTyping(t, typed, production, "--topic", q.Demo.Topic)
		defer keyboard.Close()
		uninstalled.expectToken(q.Demo.Topic)
		_, err := io.WriteString(keyboard, "uninstall "+q.Demo.Topic+"\n")
		require.NoError(t, err)
		q.off(t)
		p := q.watched(t)
		soon(t, "the device says so when a push comes", func() bool {
			got, err := p.Push(aPush(q.simulator, uninstalled, "anybody there?"))
			return err == nil && got.Reason == "Unregistered"
		})
		q.on(t, "")
		got, err := p.PushWithContext(t.Context(), aPush(q.simulator, uninstalled, "anybody there?"))
		require.NoError(t, err)
		assert.Equal(t, 200, got.StatusCode)
	},
	"unknown-root": func(t *testing.T, q *quirk) {
		assert.ErrorContains(t, q.push(t, q.watched(t), waitTimeout, greeting).err, "certificate signed by unknown authority")
	},
	"tls-outage": func(t *testing.T, q *quirk) {
		for range 4 {
			err := q.push(t, q.watched(t), waitTimeout, greeting).err
			require.Error(t, err)
			assert.Regexp(t, "unsupported protocol version 301|unconfigured cipher suite", err.Error())
		}
	},
	"http1": func(t *testing.T, q *quirk) {
		var protocols http.Protocols
		protocols.SetHTTP1(true)
		client := http.Client{Timeout: waitTimeout, Transport: &http.Transport{TLSClientConfig: q.trust(), Protocols: &protocols}}
		var connected bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{TLSHandshakeDone: func(_ tls.ConnectionState, err error) { connected = err == nil }})
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, q.Provider+"/3/device/"+q.device.token, bytes.NewBufferString(greeting))
		require.NoError(t, err)
		request.Header.Set("Authorization", q.demoBearer())
		request.Header.Set("Apns-Topic", q.Demo.Topic)
		response, err := client.Do(request)
		if err == nil {
			response.Body.Close()
		}
		require.Error(t, err, "no status at all")
		assert.True(t, connected)
	},
}

// someOf wants some pushes refused for a reason and the others accepted.
func someOf(reason string) func(*testing.T, *quirk) {
	return func(t *testing.T, q *quirk) {
		counts := q.outcomes(t, q.watched(t), 40)
		assert.Len(t, counts, 2, "%v", counts)
		assert.Positive(t, counts[reason], "%v", counts)
		assert.Positive(t, counts[""], "%v", counts)
	}
}

// adjusted says what a preset is given so that a test need not wait for chance, or
// for 50,000 requests.
var adjusted = map[string]string{
	"goaway-under-load": `,"when":{"after":6,"times":1}`,
	"request-cap":       `,"when":{"after":4,"times":1,"perConnection":true}`,
	"resets":            `,"when":{"every":3}`,
}

func TestEachPresetShowsItsSymptomToARealClient(t *testing.T) {
	s := startSimulator(t, "--fault-seed", "1")
	device := s.startDevice(t, production)
	q := &quirk{simulator: s, device: device}
	_, response := q.control(t, http.MethodGet, "/v1/fault-presets", "")
	var list struct {
		Presets []struct {
			Name   string
			Always bool
		}
	}
	require.NoError(t, json.Unmarshal(response, &list))
	require.Len(t, list.Presets, 27)
	for _, p := range list.Presets {
		t.Run(p.Name, func(t *testing.T) {
			show := symptoms[p.Name]
			require.NotNil(t, show, "the preset has no symptom in this test")
			q := &quirk{simulator: s, device: device, name: p.Name}
			if !p.Always {
				q.on(t, adjusted[p.Name])
				defer q.off(t)
			}
			show(t, q)
		})
	}
}
