package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestOnlyTheNewestPushPerAppIsStored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("old")
		w.push("other", forTopic("com.example.other"))
		w.push("new")
		p := w.connect(topic, "com.example.other")
		assert.Equal(t, []string{"other", "new"}, p.names())
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped replaced"}, w.history("old"))
	})
}

func TestStoredPushesAreReplacedByAppAndCollapseID(t *testing.T) {
	tests := []struct {
		what string
		rule broker.Storage
		want []string
	}{
		{"one per app, whatever the collapse id", broker.Storage{}, []string{"x2"}},
		{"two per app: the newest two, one per collapse id", broker.Storage{PerApp: 2}, []string{"y", "x2"}},
		{"different collapse ids side by side", broker.Storage{CollapseSideBySide: true}, []string{"none2", "y", "x2"}},
		{"never more than the bound", broker.Storage{CollapseSideBySide: true, MaxPerDevice: 2}, []string{"y", "x2"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{Storage: test.rule})
				w.push("none1")
				w.push("x1", collapsing("x"))
				w.push("none2")
				w.push("y", collapsing("y"))
				w.push("x2", collapsing("x"))
				assert.Equal(t, test.want, w.connect(topic).names())
			})
		})
	}
}
