package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A job is one of GitHub Actions: the files in which its steps leave variables, and what
// they have left.
type job struct {
	t      *testing.T
	folder string
}

func newJob(t *testing.T) *job {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the steps are scripts for bash with the processes of a Unix")
	}
	return &job{t, t.TempDir()}
}

// step runs a script of the action with the variables of earlier steps.
func (j *job) step(script string, variables ...string) string {
	j.t.Helper()
	command := exec.CommandContext(j.t.Context(), "bash", "../action/"+script)
	command.Env = append(os.Environ(), "RUNNER_TEMP="+j.folder, "HOME="+j.folder, "XDG_CACHE_HOME="+j.folder)
	for _, name := range []string{"GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"} {
		command.Env = append(command.Env, name+"="+filepath.Join(j.folder, name))
	}
	if path := j.left("GITHUB_PATH"); path != "" {
		command.Env = append(command.Env, "PATH="+strings.TrimSpace(path)+":"+os.Getenv("PATH"))
	}
	command.Env = append(command.Env, strings.Split(strings.TrimSpace(j.left("GITHUB_ENV")), "\n")...)
	command.Env = append(command.Env, variables...)
	out, err := command.CombinedOutput()
	require.NoError(j.t, err, "%s", out)
	return string(out)
}

// left is what steps have written to a file of the job.
func (j *job) left(name string) string {
	text, err := os.ReadFile(filepath.Join(j.folder, name))
	if os.IsNotExist(err) {
		return ""
	}
	require.NoError(j.t, err)
	return string(text)
}

// variable is one that the steps that follow see.
func (j *job) variable(name string) string {
	for line := range strings.Lines(j.left("GITHUB_ENV")) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestTheActionStartsASimulatorForTheStepsThatFollowAndKeepsTheRecord(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	j.step("start.sh", "INPUT_BINARIES="+binDir, "INPUT_FLAGS=--topic\ncom.example.other\n", "INPUT_PROXY=true")
	assert.Contains(t, j.left("GITHUB_OUTPUT"), "control=http://127.0.0.1:")
	assert.Equal(t, binDir, strings.TrimSpace(j.left("GITHUB_PATH")))
	for _, name := range []string{"APNS_SIM_TOKEN", "APNS_SIM_PROVIDER", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY"} {
		assert.NotEmpty(t, j.variable(name), name)
	}
	out, err := exec.CommandContext(t.Context(), program(apnsSim), "send", "--control", j.variable("APNS_SIM_CONTROL"), "--token", j.variable("APNS_SIM_TOKEN")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	j.step("stop.sh")
	record, err := os.ReadFile(filepath.Join(j.folder, "apns-sim", "record", "pushes.jsonl"))
	require.NoError(t, err)
	assert.Contains(t, string(record), `"topic":"com.example.demo"`)
	assert.Contains(t, j.log(), "is ready")
	assert.NoFileExists(t, filepath.Join(j.folder, "apns-sim", "ready.json"), "it has stopped")
}

func TestTheActionShowsTheLogOfASimulatorThatDoesNotStart(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	command := exec.CommandContext(t.Context(), "bash", "../action/start.sh")
	command.Env = append(os.Environ(), "RUNNER_TEMP="+j.folder, "PATH="+binDir+":"+os.Getenv("PATH"), "INPUT_FLAGS=--bogus", "READY_TIME=1s")
	out, err := command.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "unknown flag --bogus")
}

func TestStoppingWhatWasNotStartedIsNoFailure(t *testing.T) {
	t.Parallel()
	j := newJob(t)
	assert.Contains(t, j.step("stop.sh"), "the simulator was not started")
}

// log is that of the simulator.
func (j *job) log() string { return j.left(filepath.Join("apns-sim", "record", "log.txt")) }
