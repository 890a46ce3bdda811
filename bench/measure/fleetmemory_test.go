package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResidentMemoryIsReadFromTheStatusOfAProcess(t *testing.T) {
	bytes, err := parseResident("Name:\tapns-sim\nVmHWM:\t  9000 kB\nVmRSS:\t    8192 kB\nRssAnon:\t 1 kB\n")
	require.NoError(t, err)
	assert.Equal(t, int64(8<<20), bytes)
	assert.Equal(t, "8.0 KB", perDevice(bytes, 1024))
	_, err = parseResident("Name:\tapns-sim\n")
	assert.Error(t, err)
}
