package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// forTopic sends a push to another app of the device.
func forTopic(w *fixture, topic string) func(*broker.Push) {
	return func(p *broker.Push) {
		hash := apns.HashTopic(topic)
		p.Topic, p.Hash, p.Token = topic, hash, w.vault.Issue(tokenvault.Address(p.To), &hash)
	}
}

// observed: apsd; field 9 has bit 0 for a stored push, and bit 1 for the last.
func TestStoredPushesComeFirstAndTheLastIsMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		topics := []string{"com.example.a", "com.example.b", "com.example.c"}
		var hashes [][]byte
		for _, topic := range topics {
			w.push(p.address(), topic, forTopic(w, topic))
			hash := apns.HashTopic(topic)
			hashes = append(hashes, hash[:])
		}
		p.send(&courier.Filter{Token: p.token, Enabled: hashes})
		for i, topic := range topics {
			n := want[*courier.Notification](p)
			assert.Equal(t, topic, string(n.Payload), "in the order of acceptance")
			assert.Equal(t, []uint8{1, 1, 3}[i], n.StorageFlags)
			assert.Equal(t, hashes[i], n.Topic)
		}
		w.push(p.address(), "live", forTopic(w, topics[0]))
		assert.Zero(t, want[*courier.Notification](p).StorageFlags)
	})
}

func TestABurstArrivesInOrderAndIsDeliveredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const burst = 3000 // more than the broker's window and than a batch
		w := newFixture(t)
		p := w.login(w.identity(nil))
		for i := range burst {
			w.push(p.address(), strings.Repeat("x", i%4096))
		}
		for i := range burst {
			n := want[*courier.Notification](p)
			require.Len(t, n.Payload, i%4096)
			p.ack(n, courier.AckDelivered)
		}
		p.wantSilence(time.Minute, "nothing comes twice")
		count := 0
		for _, e := range w.journal.Read(0, 0).Events {
			if e.Kind == journal.Delivered {
				count++
			}
		}
		assert.Equal(t, burst, count)
	})
}
