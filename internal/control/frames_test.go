package control_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// recorder stands in for the courier: the recording of every device is the one it has.
type recorder struct {
	device  apns.DeviceID
	added   chan struct{}
	frames  []controlapi.Frame
	missed  int
	stopped int
}

func (r *recorder) RecordFrames(device apns.DeviceID) control.FrameRecording {
	r.device = device
	return r
}

func (r *recorder) Added() <-chan struct{} { return r.added }
func (r *recorder) Stop()                  { r.stopped++ }

func (r *recorder) Take() ([]controlapi.Frame, int) {
	frames, missed := r.frames, r.missed
	r.frames, r.missed = nil, 0
	return frames, missed
}

// newRecorder has frames to take.
func newRecorder(frames ...controlapi.Frame) *recorder {
	r := &recorder{added: make(chan struct{}, 1), frames: frames}
	if len(frames) > 0 {
		r.added <- struct{}{}
	}
	return r
}

func TestFramesAreStreamedUntilTheLimit(t *testing.T) {
	r := newRecorder(controlapi.Frame{From: "device", Command: "ack"}, controlapi.Frame{EndReason: "closed"}, controlapi.Frame{From: "device", Command: "connect"})
	r.missed = 7
	w := newAPIWith(t, control.Config{Parts: control.Parts{FrameRecorder: r}}).get("/v1/devices/0f1e2d3c4b5a6978/frames?limit=2")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	messages := strings.Split(strings.TrimSpace(w.Body.String()), "\n\n")
	if assert.Len(t, messages, 4) {
		assert.Equal(t, ": recording", messages[0])
		assert.Equal(t, "event: missed\ndata: {\"frames\":7}", messages[1])
		assert.Contains(t, messages[2], `"command":"ack"`)
		assert.Contains(t, messages[3], `"endReason":"closed"`)
	}
	assert.Equal(t, "0f1e2d3c4b5a6978", r.device.String())
	assert.Equal(t, 1, r.stopped, "nothing is recorded once nobody reads")
}

func TestAStreamOfFramesShowsThatItLivesAndEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder()
		began := time.Now()
		w := newAPIWith(t, control.Config{Parts: control.Parts{FrameRecorder: r}}).get("/v1/devices/0f1e2d3c4b5a6978/frames?timeout=20s")
		assert.Equal(t, 20*time.Second, time.Since(began))
		assert.Equal(t, ": recording\n\n: nothing new\n\n", w.Body.String())
		assert.Equal(t, 1, r.stopped)
	})
}

func TestAStreamOfFramesThatMakesNoSenseIsRejected(t *testing.T) {
	a := newAPIWith(t, control.Config{Parts: control.Parts{FrameRecorder: newRecorder()}})
	for path, detail := range map[string]string{
		"nobody/frames":                      "path.id",
		"0f1e2d3c4b5a6978/frames?limit=x":    "query.limit",
		"0f1e2d3c4b5a6978/frames?timeout=x":  "query.timeout",
		"0f1e2d3c4b5a6978/frames?interval=1": "query.interval",
	} {
		wantProblem(t, a.get("/v1/devices/"+path), http.StatusUnprocessableEntity, detail)
	}
}
