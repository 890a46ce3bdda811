package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
)

func TestEventsAreWrittenAsLinesUntilTheEnd(t *testing.T) {
	j := journal.New(journal.Config{})
	ctx, end := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- control.WriteEvents(ctx, j, writer)
		writer.Close()
	}()
	record := func(detail string) { j.Record(journal.Event{At: time.Now(), Kind: journal.Connected, Detail: detail}) }
	record("first")
	lines := json.NewDecoder(reader)
	var e control.Event
	require.NoError(t, lines.Decode(&e))
	assert.Equal(t, "first", e.Detail)
	assert.Equal(t, "connected", e.Event)
	end()
	rest, err := io.ReadAll(io.MultiReader(lines.Buffered(), reader))
	require.NoError(t, err)
	assert.Empty(t, bytes.TrimSpace(rest))
	require.NoError(t, <-done)

	record("after the end")
	var all bytes.Buffer
	require.NoError(t, control.WriteEvents(ctx, j, &all))
	assert.Equal(t, 2, bytes.Count(all.Bytes(), []byte("\n")), "what is there is written anyway")
}

func TestEvictedEventsAreALineOfTheirOwn(t *testing.T) {
	j := journal.New(journal.Config{Capacity: 8})
	for range 1000 {
		j.Record(journal.Event{At: time.Now(), Kind: journal.Connected})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	var all bytes.Buffer
	require.NoError(t, control.WriteEvents(ended, j, &all))
	line, _, _ := bytes.Cut(all.Bytes(), []byte("\n"))
	assert.Regexp(t, `^{"event":"missed","after":0,"before":[1-9]\d+}$`, string(line))
}
