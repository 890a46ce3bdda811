package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// FrameRecorder records what devices and the courier send each other.
type FrameRecorder interface {
	// RecordFrames records the frames of a device, whether it is connected or not.
	RecordFrames(device apns.DeviceID) FrameRecording
}

// A FrameRecording is a recording of one device, until Stop.
type FrameRecording interface {
	// Added receives when there are frames; Take returns them, the oldest first, and how
	// many more there were.
	Added() <-chan struct{}
	Take() (frames []controlapi.Frame, missed int)
	Stop()
}

// maxRecordings is how many streams of frames may be open at once.
const maxRecordings = 16

// longestFrames is how long a stream of frames may be asked to last.
const longestFrames = 24 * time.Hour

func registerFrames(r *router) {
	op := huma.Operation{
		OperationID: "follow-frames", Method: http.MethodGet, Path: "/v1/devices/{id}/frames", Tags: []string{"connections"},
		Summary: "Stream the courier frames of a device (server-sent events)",
		Description: "Frames are recorded only while such a stream is open, so it begins with the next frame. It includes connections that the device opens meanwhile, from the accepted login on. " +
			"Each message is named frame and has a frame, or the end of a connection, in JSON as its data. A message named missed has the number of frames that a slow reader has not received. " +
			"It serves virtual devices, other connected devices and the devices of fleets alike.",
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Description: "Device ID", Schema: &huma.Schema{Type: huma.TypeString}, Example: "0f1e2d3c4b5a6978"},
			{Name: "limit", In: "query", Description: "Number of frames after which the stream ends; 0 means no limit", Schema: &huma.Schema{Type: huma.TypeInteger}, Example: 100},
			{Name: "timeout", In: "query", Description: "Time after which the stream ends: seconds, or a duration such as 500ms; absent for no limit", Schema: &huma.Schema{Type: huma.TypeString}, Example: "100ms"},
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "A stream of messages, each with a frame as its data.",
			Content: map[string]*huma.MediaType{"text/event-stream": {Schema: text, Extensions: map[string]any{
				"x-data": map[string]any{"$ref": schemaOf[controlapi.Frame](r).Ref},
			}}},
		}},
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}
	open := make(slots, maxRecordings)
	r.plain(op, func(s *Server, w http.ResponseWriter, request *http.Request) error {
		stream, err := s.newFrameStream(w, request)
		if err != nil {
			return err
		}
		release, err := open.take("%d streams of frames are open already; close one first", maxRecordings)
		if err != nil {
			return err
		}
		defer release()
		stream.run(request.Context())
		return nil
	})
}

// A frameStream is a reader of the frames of one device.
type frameStream struct {
	stream
	device apns.DeviceID
	end    time.Duration // after which it ends; 0 is never
}

func (s *Server) newFrameStream(w http.ResponseWriter, r *http.Request) (*frameStream, error) {
	st := &frameStream{stream: stream{server: s, w: w, control: http.NewResponseController(w)}}
	if err := st.device.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "path.id: it is %q; write the ID of a device, 16 hex digits", r.PathValue("id"))
	}
	return st, st.parse(r.URL.Query())
}

func (st *frameStream) parse(query url.Values) (err error) {
	for name := range query {
		if name != "limit" && name != "timeout" {
			return reject(http.StatusUnprocessableEntity, "query.%s: there is no such parameter; write limit or timeout", name)
		}
	}
	if given := query.Get("timeout"); given != "" {
		if st.end, err = parseDuration("timeout", given, longestFrames); err != nil {
			return err
		}
	}
	st.left, err = parseLimit(query)
	return err
}

// run writes frames until the reader leaves, is too slow, or has had enough.
func (st *frameStream) run(ctx context.Context) {
	if st.end > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, st.end)
		defer cancel()
	}
	recording := st.server.FrameRecorder.RecordFrames(st.device)
	defer recording.Stop()
	st.begin()
	err := st.write([]byte(": recording\n\n"))
	for err == nil && st.left != 0 {
		err = st.await(ctx, recording)
	}
	if err != nil && ctx.Err() == nil {
		st.server.log.Info("reader of frames lost", "err", err)
	}
}

// await waits for frames and writes them, and shows the reader now and then that the stream
// lives.
func (st *frameStream) await(ctx context.Context, recording FrameRecording) error {
	silence := time.NewTimer(heartbeat)
	defer silence.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-silence.C:
		return st.write([]byte(": nothing new\n\n"))
	case <-recording.Added():
	}
	frames, missed := recording.Take()
	var out []byte
	if missed > 0 {
		out = fmt.Appendf(out, "event: missed\ndata: {\"frames\":%d}\n\n", missed)
	}
	for i := range frames {
		if st.left == 0 {
			break
		}
		data, err := json.Marshal(&frames[i])
		if err != nil {
			return err
		}
		out = fmt.Appendf(out, "event: frame\ndata: %s\n\n", data)
		st.left--
	}
	if len(out) == 0 { // an earlier Take had them
		return nil
	}
	return st.write(out)
}
