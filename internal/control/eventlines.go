package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// WriteEvents writes the events of a journal, from the oldest one on, as lines of JSON, in the
// form of the stream of events. When ctx ends, it writes those that are left, and returns. A
// line with the event "missed" says that events in between were evicted before they could be
// written.
func WriteEvents(ctx context.Context, j *journal.Journal, w io.Writer) error {
	for cursor := uint64(0); ; {
		ended := ctx.Err() != nil
		next, err := writeEvents(j, cursor, w)
		if err != nil {
			return err
		}
		switch {
		case next != cursor:
			cursor = next
		case ended:
			return nil
		default:
			_ = j.Wait(ctx, cursor) // its only error is that of ctx, which ends the loop
		}
	}
}

// EventJSON is an event in the form of the stream of events.
func EventJSON(e *journal.SharedEvent) ([]byte, error) {
	return json.Marshal(eventOf(&e.Event, e.Attributes()))
}

// writeEvents writes the events after a cursor, and returns the cursor of the next ones.
func writeEvents(j *journal.Journal, cursor uint64, w io.Writer) (next uint64, err error) {
	page := j.ReadShared(cursor)
	var out bytes.Buffer
	if page.Missed {
		before := page.Next
		if len(page.Events) > 0 {
			before = page.Events[0].Seq
		}
		fmt.Fprintf(&out, `{"event":"missed","after":%d,"before":%d}`+"\n", cursor, before)
	}
	for _, e := range page.Events {
		line, err := EventJSON(e)
		if err != nil {
			return cursor, err
		}
		out.Write(append(line, '\n'))
	}
	if out.Len() > 0 {
		_, err = w.Write(out.Bytes())
	}
	return page.Next, err
}
