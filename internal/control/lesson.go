package control

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/console"
	"github.com/apns-sim/apns-sim/internal/lesson"
)

// Limits of the lesson.
const (
	maxLessons    = 2       // at once
	maxLessonPage = 8 << 20 // bytes of a lesson with all experiments, several times over
)

// hasLesson reports whether there is what the lesson calls.
func (p *Parts) hasLesson() bool {
	return p.General != nil && p.Activation != nil && p.Spaces != nil && p.DeviceTokens != nil && p.ProviderTokens != nil && p.hasHistory()
}

type experimentList struct {
	Experiments []lesson.Experiment `json:"experiments"`
}

// A lessonRequest says what to play.
type lessonRequest struct {
	Experiment string `json:"experiment,omitempty" maxLength:"64" doc:"The name of an experiment; the lesson itself if there is none"`
}

// A lessonPage is a file to be stored.
type lessonPage struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func registerLesson(r *router) {
	tags := []string{"lesson"}
	register(r, huma.Operation{
		OperationID: "list-experiments", Method: http.MethodGet, Path: "/v1/lesson-experiments", Tags: tags,
		Summary: "The experiments of the lesson: what each changes, who objects, and at which check",
	}, func(context.Context, *struct{}) (*output[experimentList], error) {
		return &output[experimentList]{experimentList{lesson.Experiments()}}, nil
	})
	running := make(slots, maxLessons)
	register(r, huma.Operation{
		OperationID: "play-lesson", Method: http.MethodPost, Path: "/v1/lessons", Tags: tags,
		Summary: "Play the token handshake between device, APNs and provider, and describe each step",
		Description: "Plays a device and a provider against the simulator's own listeners, in a space that is deleted afterwards. The response has the " +
			"steps with the bytes of this run beside their meaning. With an experiment, one thing is changed, and the run ends at the check that objects.",
		RequestBody: exampleBody(lessonRequest{Experiment: "token-bit"}),
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests},
		Middlewares: huma.Middlewares{noDeadline},
	}, func(ctx context.Context, in *struct{ Body *lessonRequest }) (*output[*lesson.Lesson], error) {
		release, err := running.take("%d lessons are being played; wait until one ends", maxLessons)
		if err != nil {
			return nil, err
		}
		defer release()
		name := ""
		if in.Body != nil {
			name = in.Body.Experiment
		}
		return r.playLesson(ctx, name)
	})
	register(r, huma.Operation{
		OperationID: "export-lesson", Method: http.MethodPost, Path: "/v1/lesson-page", Tags: tags,
		Summary:     "Make one HTML file of a lesson and experiments that were played; it works offline",
		RequestBody: exampleBody(lesson.Page{Lesson: &lesson.Lesson{Title: "The lesson", Environment: "production", Topic: "com.example.lesson", Space: "TEAM000001", Acts: []lesson.Act{}}}),
		Responses:   responses("The page as HTML.", htmlType, text), MaxBodyBytes: maxLessonPage,
	}, func(_ context.Context, in *struct{ Body lesson.Page }) (*lessonPage, error) {
		var page bytes.Buffer
		if err := lesson.WriteHTML(&page, in.Body); err != nil {
			return nil, err
		}
		return &lessonPage{htmlType, `attachment; filename="lesson.html"`, page.Bytes()}, nil
	})
	r.registerLessonStyle()
}

const htmlType = "text/html; charset=utf-8"

// registerLessonStyle serves the style sheet of the steps, which the exported page and the
// console share.
func (r *router) registerLessonStyle() {
	pattern := "GET " + console.Prefix + "lesson.css"
	r.mux.Handle(pattern, console.FileHandler("lesson.css", lesson.Style))
	r.open[pattern] = true
}

// playLesson plays the lesson or an experiment.
func (r *router) playLesson(ctx context.Context, experiment string) (*output[*lesson.Lesson], error) {
	cfg := lesson.Config{Control: r.callItself}
	if experiment == "" {
		l, err := lesson.Run(ctx, cfg)
		return lessonResponse(l, err)
	}
	if names := lesson.ExperimentNames(); !slices.Contains(names, experiment) {
		return nil, reject(http.StatusNotFound, "there is no experiment %q; there are %s", experiment, strings.Join(names, ", "))
	}
	l, err := lesson.RunExperiment(ctx, cfg, experiment)
	return lessonResponse(l, err)
}

// lessonResponse is a lesson, or why it could not be played: that is the state of the
// simulator, such as faults and closed listeners.
func lessonResponse(l *lesson.Lesson, err error) (*output[*lesson.Lesson], error) {
	if err != nil {
		return nil, reject(http.StatusConflict, "%v", err)
	}
	return &output[*lesson.Lesson]{l}, nil
}

// callItself makes a request to the API without a connection. The request that plays the
// lesson has passed the guards.
func (r *router) callItself(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	r.mux.ServeHTTP(w, request)
	if w.status >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, w.status, w.body.Bytes())
	}
	return w.body.Bytes(), nil
}

// A recorder keeps a response.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
