package lesson_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// The control API plays the lesson against its own simulator.
func TestTheControlAPIPlaysTheLesson(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	text, err := cfg.Control(t.Context(), http.MethodPost, "/v1/lessons", []byte(`{}`))
	require.NoError(t, err)
	var l lesson.Lesson
	require.NoError(t, json.Unmarshal(text, &l))
	assert.Len(t, l.Acts, len(acts))

	text, err = cfg.Control(t.Context(), http.MethodPost, "/v1/lessons", []byte(`{"experiment":"token-bit"}`))
	require.NoError(t, err)
	var broken lesson.Lesson
	require.NoError(t, json.Unmarshal(text, &broken))
	assert.Equal(t, "400 BadDeviceToken", broken.Experiment.Response)

	page, err := json.Marshal(lesson.Page{Lesson: &l, Experiments: []*lesson.Lesson{&broken}})
	require.NoError(t, err)
	got, err := cfg.Control(t.Context(), http.MethodPost, "/v1/lesson-page", page)
	require.NoError(t, err)
	assert.Equal(t, pageOf(t, lesson.Page{Lesson: &l, Experiments: []*lesson.Lesson{&broken}}), string(got), "it has the bytes that were played")

	text, err = cfg.Control(t.Context(), http.MethodGet, "/v1/lesson-experiments", nil)
	require.NoError(t, err)
	var list struct{ Experiments []lesson.Experiment }
	require.NoError(t, json.Unmarshal(text, &list))
	assert.Len(t, list.Experiments, len(lesson.Experiments()))
}

func TestTheControlAPINamesTheExperimentsThereAre(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	_, err := cfg.Control(t.Context(), http.MethodPost, "/v1/lessons", []byte(`{"experiment":"nothing"}`))
	assert.ErrorContains(t, err, "404")
	assert.ErrorContains(t, err, "there are certificate-other-topic, ")
}

func TestALessonThatCannotBePlayedSaysWhatIsMissing(t *testing.T) {
	_, cfg := start(t, sim.Config{Addresses: sim.Addresses{sim.Device: sim.Off}})
	_, err := cfg.Control(t.Context(), http.MethodPost, "/v1/lessons", []byte(`{}`))
	assert.ErrorContains(t, err, "409")
	assert.ErrorContains(t, err, "the simulator has no device listener")
}

func TestTheStyleOfTheStepsIsServed(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	got, err := cfg.Control(t.Context(), http.MethodGet, "/console/lesson.css", nil)
	require.NoError(t, err)
	assert.Equal(t, lesson.Style, string(got))
}
