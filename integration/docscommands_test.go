//go:build unix

package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notRun are the lines of the pages that a test cannot run as they are, each with why.
var notRun = map[string]string{
	"make build":         "the binaries are there",
	"bin/apns-sim":       "it runs until it is stopped; the simulator of this test is one",
	"bin/device-sim run": "it runs until it is stopped: phone_test.go",
	`curl --http2 --cacert "$CA" --cert "$CERTIFICATE" https://localhost:2197/3/device/$TOKEN -H 'apns-topic: com.example.demo' -d '{"aps":{"alert":"hi"}}'`: "it is at the default address: curl_test.go",
	"bin/device-sim fleet --count 5000 --ramp 500/s --churn disconnect=10/s,kill=5/s --tokens tokens.jsonl":                                                  "it runs until it is stopped: churn_test.go",
}

// standIns are what a reader puts in the place of a word of a page.
var standIns = []struct{ line, word, with string }{
	{`^apns-sim show `, "ID", "1"},
	{`^apns-sim device `, "ID", "$APNS_SIM_DEVICE_ID"},
	{`^apns-sim connection close `, "ID", `"$(apns-sim connection list | awk 'NR == 2 { print $1 }')"`},
	{`^apns-sim jwt inspect `, "TOKEN", `"$(apns-sim jwt sign)"`},
	{`^apns-sim send `, "TOKEN", "$APNS_SIM_TOKEN"},
	{`^apns-sim team `, "TEAM", "$APNS_SIM_TEAM"},
	{`^apns-sim exec `, "npm test", "true"},
	{`^apns-sim exec `, "./server", "true"},
	{`^apns-sim tail`, "tail", "tail --after 0 --limit 1"},
}

// shellLines are the commands in the blocks of a page that are marked as of a shell.
func shellLines(t *testing.T, page string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	comment, indent := regexp.MustCompile(`(?m) +# .*$`), regexp.MustCompile(`\\\n\s*`)
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		commands := indent.ReplaceAllString(comment.ReplaceAllString(block[1], ""), "")
		lines = append(lines, strings.Split(strings.TrimSpace(commands), "\n")...)
	}
	require.NotEmpty(t, lines, page)
	return lines
}

// asTyped is a line with what a reader would put in.
func asTyped(line string) string {
	line = strings.ReplaceAll(line, "bin/", "")
	commands := strings.Split(line, "; ")
	for i, command := range commands {
		for _, s := range standIns {
			if regexp.MustCompile(s.line).MatchString(command) {
				commands[i] = strings.ReplaceAll(commands[i], s.word, s.with)
			}
		}
	}
	return strings.Join(commands, " && ")
}

func TestTheCommandsInTheDocumentationWork(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skipf("no curl: %v", err)
	}
	for _, page := range []string{"README.md", "docs/commands.md", "docs/variables.md", "docs/lesson.md"} {
		t.Run(page, func(t *testing.T) {
			sim := startSimulator(t, "--topic", "com.example.app", "--log-level", "error")
			env := append(environment(t), "PATH="+binDir+":"+os.Getenv("PATH"), "APNS_SIM_CONTROL="+sim.Control, "XDG_CACHE_HOME="+t.TempDir(), "HOME="+t.TempDir())
			// Before it, two pushes have come, as a reader has sent them by then.
			const before = `set -e; cd "$DIR"; eval "$(apns-sim env --device)"; C=$APNS_SIM_CONTROL; export C; `
			const pushes = `app=$(apns-sim device create --topic com.example.app | awk '/com.example.app/ { print $3 }')
apns-sim send --token "$app" --topic com.example.app --payload '{"aps":{"badge":3}}'; apns-sim send --token "$APNS_SIM_TOKEN"`
			env = append(env, "DIR="+t.TempDir())
			sh := filepath.Join("/bin", "sh")
			made := runCommand(t, env, sh, "-c", before+pushes)
			require.Zero(t, made.code, made.stderr)
			for _, line := range shellLines(t, filepath.Join("..", page)) {
				if notRun[line] != "" {
					continue
				}
				typed := asTyped(line)
				o := runCommand(t, env, sh, "-c", before+"curl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n"+typed)
				assert.Zero(t, o.code, "%s\n%s%s", typed, o.stdout, o.stderr)
				if strings.Contains(line, "fault add") || strings.Contains(line, "/v1/faults") {
					_ = runCommand(t, env, sh, "-c", before+"apns-sim fault remove --all") // the next lines are about something else
				}
			}
		})
	}
	for line := range notRun {
		assert.Contains(t, append(shellLines(t, "../README.md"), shellLines(t, "../docs/commands.md")...), line, "it is in no page any more")
	}
}
