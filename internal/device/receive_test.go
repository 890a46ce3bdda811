package device

import (
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestNotificationIsAcknowledgedAndHandedToTheApp(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send(hello)
		p.want(ackHello, "delivered")
		n := h.next()
		assert.Equal(t, Notification{
			Topic:       appH,
			DeviceToken: token(t, tokenA),
			Payload:     []byte(`{"aps":{"alert":"hi"}}`),
			ID:          1,
			Timestamp:   time.Unix(1767225600, 0),
			Priority:    apns.PriorityImmediate,
			Expiry:      time.Unix(1767312000, 0),
		}, n)
		assert.Equal(t, n, h.last(EventNotification).Notification, "listeners see the same")
	})
}

func TestAckStatusOfEachNotification(t *testing.T) {
	// Parts of a notification: token, topic, payload, id, expiry, timestamp, the rest.
	frame := func(token, topic, rest string) string {
		b := frames("01 0020 " + token + " 02 0014 " + topic +
			" 03 0002 7b7d 04 0004 00000007 05 0004 00000000 06 0008 0000000000000001" + rest)
		return "0a 000000" + hex.EncodeToString([]byte{byte(len(b))}) + hex.EncodeToString(b)
	}
	for _, tc := range []struct {
		name   string
		frame  string
		ack    string
		want   uint8
		reason string
	}{
		{"app token", frame("A", "H", ""), "0b 0000002e 08 0001 00 04 0004 00000007 01 0020 A", courier.AckDelivered, "the usual case"},
		{"base token", frame("T", "H", ""), "0b 0000000b 08 0001 00 04 0004 00000007", courier.AckDelivered, "an enabled topic may use the device's own token; the ack leaves it out"},
		{"token of another app", frame("B", "H", ""), "0b 0000002e 08 0001 02 04 0004 00000007 01 0020 B", courier.AckNoRecipient, "no such recipient"},
		{"unknown topic", frame("A", "G", ""), "0b 0000002e 08 0001 07 04 0004 00000007 01 0020 A", courier.AckUnknownTopic, "no app has the topic"},
		{"validity check of a removed app", frame("A", "G", "1a 0004 00000001"), "0b 0000002e 08 0001 0b 04 0004 00000007 01 0020 A", courier.AckTokenRemoved, "APNs asks whether the token is really gone"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t)
				p := h.ready()
				p.send(tc.frame)
				p.want(tc.ack, tc.reason)
				if tc.want == courier.AckDelivered {
					assert.Equal(t, "{}", string(h.next().Payload))
					return
				}
				h.wantNothing(tc.reason)
				assert.Equal(t, tc.want, h.last(EventNotificationRejected).Status)
			})
		})
	}
}

func TestDuplicateIsAcknowledgedButNotShown(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send(hello)
		p.want(ackHello, "delivered")
		h.next()
		p.close()

		p = h.login()
		p.want(active, "")
		p.want(filterH, "")
		p.send(hello)
		p.want(strings.Replace(ackHello, "08 0001 00", "08 0001 02", 1), "topic, token and timestamp are the same")
		h.wantNothing("it was shown before the connection was lost")

		p.send(strings.Replace(hello, "18867251edfa0000", "18867251edfa0001", 1))
		p.want(ackHello, "another nanosecond is another notification")
		h.next()
	})
}

func TestStoredNotificationMayComeBeforeTheTokenOfItsApp(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.login()
		p.want(active, "")
		p.want(filterH, "")
		p.want(requestH, "")
		p.send(strings.Replace(hello, "09 0001 00", "09 0001 03", 1))
		p.want(ackHello, "the token may be the one that is on its way")
		n := h.next()
		assert.True(t, n.FromStorage)
		assert.Equal(t, tokenA, n.DeviceToken.String())
	})
}

func TestAcksOfNotificationsThatArrivedTogetherAreSentTogether(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send(hello, strings.Replace(hello, "04 0004 00000001", "04 0004 00000002", 1))
		synctest.Wait()
		p.want(ackHello, "")
		assert.True(t, p.reader.Buffered(), "the second one, duplicate or not, was in the same record")
		p.want("0b 0000002e 08 0001 02 04 0004 00000002 01 0020 A", "")
	})
}

func TestAppMayDecideOnTheAck(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) {
			h.cfg.Ack = func(n Notification) uint8 {
				assert.Equal(t, appH, n.Topic)
				return courier.AckUnparsable
			}
		})
		p := h.ready()
		p.send(hello)
		p.want(strings.Replace(ackHello, "08 0001 00", "08 0001 03", 1), "as the app said")
		h.wantNothing("only what was delivered reaches the app")
	})
}

func TestBrokenFramesEndTheConnectionAndNothingElse(t *testing.T) {
	for _, tc := range []struct{ name, frame, problem string }{
		{"item overruns the frame", "0a 00000005 01 0020 0000", "item at offset 0"},
		{"token response overruns", "12 00000004 01 0002 00", "read token response"},
		{"command that couriers do not send", "0c 00000000", "does not send keepalive"},
		{"command nobody knows", "ff 00000000", "command 0xff"},
		{"frame beyond all limits", "0a 7fffffff", "frame of 2147483647 bytes"},
		{"skipped command overruns", "1d 00000003 01 0001", "item at offset 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t)
				p := h.ready()
				p.send(tc.frame)
				p.wantClosed("a protocol error")
				assert.ErrorContains(t, h.last(EventDisconnected).Err, tc.problem)
				assert.NotNil(t, h.accept().connect().Token, "the device comes back")
			})
		})
	}
}

func TestCommandsOfOtherFeaturesAreSkipped(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send("16 00000000", "22 00000000", "1d 00000000", "1e 00000000", "0b 00000000", "0d 00000000", "10 00000000", "0f 00000005 01 0002 0000", "07 00000004 01 0001 00")
		p.wantSilence(time.Minute, "none of them asks for anything")
	})
}

func TestFlushIsAnsweredWithAsMuchPadding(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		p := newHarness(t).ready()
		p.send("0f 0000000c 01 0002 0004 02 0004 00000000")
		p.want("10 00000007 02 0004 00000000", "four bytes were wanted")
	})
}

func TestPendingAcksAreSentBeforeTheConnectionEnds(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		p.send(hello, "ff 00000000")
		p.want(ackHello, "the notification before the broken frame counts")
		p.wantClosed("")
		h.next()
	})
}

func TestRecentNotificationsForgetTheOldestOnly(t *testing.T) {
	var s recentNotifications
	for i := range uint64(recentLimit + 1) {
		s.add(notificationKey{timestamp: i})
	}
	assert.False(t, s.has(notificationKey{timestamp: 0}))
	assert.True(t, s.has(notificationKey{timestamp: 1}))
	assert.True(t, s.has(notificationKey{timestamp: recentLimit}))
	assert.False(t, s.has(notificationKey{timestamp: 1, base: true}), "another token is another notification")
	assert.Len(t, s.known, recentLimit)
}

func TestTracedNotificationIsConfirmedBesidesItsAck(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		m := courier.Notification{
			Token: frames("A"), Topic: frames("H"), Payload: []byte("{}"), ID: 1, Timestamp: 1,
			TracingID: frames("e950198b569d7b036a42ccce5f3cceab"), Flags: courier.FlagTracing,
		}
		_, err := p.conn.Write(m.Append(nil))
		require.NoError(t, err)
		p.want("1b 00000051 01 0014 H 02 0010 e950198b569d7b036a42ccce5f3cceab 03 0001 01 04 0020 A", "observed: apsd")
		p.want("0b 0000002e 08 0001 00 04 0004 00000001 01 0020 A", "")
		assert.Equal(t, "e950198b-569d-7b03-6a42-ccce5f3cceab", h.next().ProviderID, "the simulator puts the apns-id there")
	})
}
