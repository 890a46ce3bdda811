package tokenvault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestADeviceWithoutFurtherEpochsStaysInTheLastOne(t *testing.T) {
	h := &deviceRetirements{epoch: maxEpoch - 1, apps: make(map[app]retirementList)}
	h.retireAll(retirement{at: time.Unix(1, 0)})
	last := &tokenRecord{base: true, epoch: maxEpoch}
	assert.Equal(t, uint32(maxEpoch), h.current(last))

	h.retireAll(retirement{at: time.Unix(2, 0)})
	h.retireApp(app{}, retirement{at: time.Unix(3, 0)})
	assert.Equal(t, uint32(maxEpoch), h.current(last), "a token has room for 24 bits")
	retired, ok := h.status(last)
	assert.True(t, ok)
	assert.Zero(t, retired)
}

func TestTheEarliestRetirementThatConcernsATokenCounts(t *testing.T) {
	mail, news := app{0, TopicTag{1}}, app{0, TopicTag{2}}
	h := &deviceRetirements{apps: make(map[app]retirementList)}
	h.retireApp(mail, retirement{at: time.Unix(1, 0)})
	h.retireApp(news, retirement{at: time.Unix(2, 0)})
	h.retireAll(retirement{at: time.Unix(3, 0)})
	h.retireApp(mail, retirement{at: time.Unix(4, 0)})

	rows := []struct {
		name    string
		record  tokenRecord
		retired int64 // seconds, 0 = current
		issued  bool
	}{
		{"the first token of mail", tokenRecord{tag: mail.tag}, 1, true},
		{"mail after its first removal", tokenRecord{tag: mail.tag, epoch: 1}, 3, true},
		{"mail in an epoch of news", tokenRecord{tag: mail.tag, epoch: 2}, 3, false},
		{"mail after the erasure", tokenRecord{tag: mail.tag, epoch: 3}, 4, true},
		{"mail today", tokenRecord{tag: mail.tag, epoch: 4}, 0, true},
		{"the first token of news", tokenRecord{tag: news.tag}, 2, true},
		{"news today", tokenRecord{tag: news.tag, epoch: 3}, 0, true},
		{"an app that was never removed", tokenRecord{tag: TopicTag{3}}, 3, true},
		{"the first base token", tokenRecord{base: true}, 3, true},
		{"the base token today", tokenRecord{base: true, epoch: 3}, 0, true},
		{"a base token of an app's epoch", tokenRecord{base: true, epoch: 4}, 0, false},
		{"an epoch to come", tokenRecord{tag: mail.tag, epoch: 5}, 0, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			retired, issued := h.status(&row.record)
			assert.Equal(t, row.issued, issued)
			if row.retired == 0 {
				assert.Zero(t, retired)
			} else {
				assert.Equal(t, time.Unix(row.retired, 0), retired.at)
			}
		})
	}
}
