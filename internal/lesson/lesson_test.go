package lesson_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestX(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	l, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	b, _ := json.MarshalIndent(l, "", " ")
	os.WriteFile("/tmp/lesson/l.json", b, 0o644)
	for _, n := range lesson.ExperimentNames() {
		l, err := lesson.RunExperiment(t.Context(), cfg, n)
		if assert.NoError(t, err, n) {
			fmt.Println(n, l.Experiment.Answer, len(l.Steps()))
		}
		b, _ := json.MarshalIndent(l, "", " ")
		os.WriteFile("/tmp/lesson/"+n+".json", b, 0o644)
	}
	_ = hex.EncodeToString
}
