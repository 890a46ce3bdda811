package loadgen

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPushIsKnownByTokenAndName(t *testing.T) {
	var s receivedPushes
	assert.False(t, s.seen("token", []byte("1")))
	assert.True(t, s.seen("token", []byte("1")), "the same again")
	assert.False(t, s.seen("token", []byte("2")), "another name")
	assert.False(t, s.seen("other", []byte("1")), "another token")
}

func TestNameOfAPushIsAtTheTopOfItsPayload(t *testing.T) {
	field := idField{"id", []byte(`"id"`)}
	for payload, want := range map[string]string{
		`{"aps":{},"id":17}`:     "17",
		`{"id":"a b","aps":{}}`:  `"a b"`,
		`{"aps":{"id":3}}`:       "",
		`{"aps":{"alert":"id"}}`: "",
		`"id"`:                   "",
		`{"id":`:                 "",
		``:                       "",
	} {
		assert.Equal(t, want, string(payloadID([]byte(payload), field)), payload)
	}
}
