package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServeStopsWhenStandardInputEnds(t *testing.T) {
	input, parent := io.Pipe()
	output, stdout := io.Pipe()
	code := make(chan int, 1)
	var stderr strings.Builder
	go func() {
		args := []string{"serve", "--any-port", "--ready", "json", "--stop-with-stdin"}
		code <- run(t.Context(), args, newConsole(input, stdout, &stderr))
	}()
	ready := make([]byte, 1)
	_, err := io.ReadFull(output, ready)
	require.NoError(t, err)
	go io.Copy(io.Discard, output)
	_, err = parent.Write([]byte("input is discarded\n"))
	require.NoError(t, err)
	assert.Empty(t, code, "it runs while its input is open")
	require.NoError(t, parent.Close())
	assert.Equal(t, exitOK, <-code, "the end of the input is an ordinary stop")
	require.NoError(t, stdout.Close())
	assert.Contains(t, stderr.String(), "stopping")
}

func TestServeIgnoresTheEndOfStandardInputByDefault(t *testing.T) {
	s := serve(t, "--any-port") // its input is empty
	assert.NotEmpty(t, succeed(t, "clock", "show", "--control", s.Control))
}
