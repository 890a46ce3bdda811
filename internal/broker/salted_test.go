package broker_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

const salt = 0x0102030405060708

// observed: apsd, SHA-256 of the topic and the salt; printf 'com.example.app\x01…\x08' | sha256sum
func TestASaltedHashHasTheseBytes(t *testing.T) {
	hash := broker.HashSalted("com.example.app", salt)
	assert.Equal(t, "f46328804fd40b20bac2bef88810e0a26997758906acb20c2d2bf965e78ffd00", hex.EncodeToString(hash[:]))
}

// The lists are those of observed: apsd.
func TestListsOfSaltedTopicsWorkLikePlainOnes(t *testing.T) {
	named := []broker.SaltedHash{broker.HashSalted(topic, salt)}
	tests := []struct {
		what     string
		filter   broker.TopicFilter
		inactive bool
		want     string // the journal's last word
	}{
		{"enabled", broker.TopicFilter{Salted: broker.SaltedTopicFilter{Enabled: named}}, false, "sent"},
		{"non-waking", broker.TopicFilter{Salted: broker.SaltedTopicFilter{NonWaking: named}}, true, "sent"},
		{"opportunistic", broker.TopicFilter{Salted: broker.SaltedTopicFilter{Opportunistic: named}}, true, "stored device-inactive"},
		{"paused", broker.TopicFilter{Salted: broker.SaltedTopicFilter{Paused: named}}, false, "stored topic-paused"},
		{"ignored", broker.TopicFilter{Salted: broker.SaltedTopicFilter{Ignored: named}}, false, "dropped topic-ignored"},
		{"another salt", broker.TopicFilter{Salted: broker.SaltedTopicFilter{Enabled: []broker.SaltedHash{broker.HashSalted(topic, 1)}}}, false, "stored topic-not-enabled"},
		{"the plain hash comes first", broker.TopicFilter{Paused: hashes(topic), Salted: broker.SaltedTopicFilter{Enabled: named}}, false, "stored topic-paused"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				p := w.attach()
				p.SetActive(!test.inactive)
				p.SetFilter(test.filter)
				p.SetSalt(salt)
				w.push("a")
				p.take()
				events := w.history("a")
				assert.Equal(t, test.want, events[len(events)-1])
			})
		})
	}
}

func TestSaltedTopicsWaitForTheSalt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{EnableTimeout: time.Hour}})
		p := w.attach()
		named := broker.HashSalted(topic, salt)
		p.SetFilter(broker.TopicFilter{Enabled: hashes("plain"), Salted: broker.SaltedTopicFilter{Enabled: []broker.SaltedHash{named}}})
		w.push("a")
		w.push("b", forTopic("plain"))
		assert.Equal(t, []string{"b"}, p.names(), "nobody knows yet what the salted hash means")
		p.SetSalt(salt)
		time.Sleep(time.Hour)
		w.Sweep()
		w.push("c", forTopic("plain"))
		got := p.take()
		require.Len(t, got, 2)
		assert.Equal(t, named[:], got[0].Salted)
		assert.Equal(t, uint8(3), got[0].Storage)
		assert.Nil(t, got[1].Salted)

		w.push("d")
		p.SetSalt(1)
		assert.Empty(t, p.names(), "the device has another salt now, and its filter is of the old one")
		p.SetSalt(salt)
		assert.Equal(t, []string{"d"}, p.names())
	})
}

func TestABroadcastHasASaltedTopicToo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		c, err := w.CreateChannel(apns.Production, topic, broker.NoStorage)
		require.NoError(t, err)
		p := w.attach()
		p.SetSalt(salt)
		named := broker.HashSalted(topic+".push-type.liveactivity", salt)
		p.SetFilter(broker.TopicFilter{Salted: broker.SaltedTopicFilter{Enabled: []broker.SaltedHash{named}}})
		ok, _ := p.Subscribe(topic, c.ID, 0)
		require.True(t, ok)
		w.publish(c, "goal")
		got := p.take()
		require.Len(t, got, 1)
		assert.Equal(t, named[:], got[0].Salted)
		p.SetFilter(broker.TopicFilter{Salted: broker.SaltedTopicFilter{Ignored: []broker.SaltedHash{named}}})
		w.publish(c, "another")
		assert.Empty(t, p.take())
	})
}
