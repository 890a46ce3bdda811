//go:build unix

package integration_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are the Markdown files whose commands are run, from the root of the repository.
func pages(t *testing.T) (found []string) {
	t.Helper()
	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "certs/*.md", "docs/*.md", "docs/*/*.md", "helpers/*.md", "helpers/*/*.md"} {
		matches, err := filepath.Glob(filepath.Join("..", pattern))
		require.NoError(t, err)
		require.True(t, len(matches) > 0 || pattern == "docs/*/*.md", "no page is %s", pattern)
		found = append(found, matches...)
	}
	return found
}

// A reader works through a page with a simulator: one folder, and variables
// that outlive a block. Before each block there is a device with the default app, two pushes
// have come, no fault is active, and the clock is right.
type reader struct {
	t    *testing.T
	sim  *simulator
	env  []string
	here string // the folder
}

// before is what comes before a block. The variables of a page are written after each block.
const before = `set -e
if [ -e "$VARIABLES" ]; then . "$VARIABLES"; fi
apns-sim fault remove --all >/dev/null
apns-sim clock set "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >/dev/null
eval "$(apns-sim env --device)"
curl() { command curl --silent --show-error --fail-with-body "$@"; }
apns-sim send --payload '{"aps":{"alert":"hello"}}' >/dev/null
app=$(apns-sim device create --topic com.example.app | awk '/com.example.app/ { print $3 }')
apns-sim send --token "$app" --topic com.example.app --payload '{"aps":{"badge":3}}' >/dev/null
unset app
set -a
`

// standIns are the programs of readers, which the pages run: they exist and do nothing.
var standIns = []string{"npm", "pytest", "mvn", "server"}

func newReader(t *testing.T) *reader {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	r := &reader{t: t, sim: startSimulator(t, "--topic", "com.example.app", "--log-level", "error"), here: t.TempDir()}
	tools := t.TempDir()
	for _, name := range standIns {
		require.NoError(t, os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"), 0o755))
	}
	require.NoError(t, os.Symlink(filepath.Join(tools, "server"), filepath.Join(r.here, "server")))
	for _, folder := range []string{"examples", "helpers", "docs"} { // a checkout, to read from
		require.NoError(t, os.Symlink(filepath.Join(root, folder), filepath.Join(r.here, folder)))
	}
	r.env = append(environment(t), "PATH="+tools+":"+binDir+":"+os.Getenv("PATH"), "APNS_SIM_CONTROL="+r.sim.Control,
		"HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "VARIABLES="+filepath.Join(t.TempDir(), "variables"))
	return r
}

// run runs the commands of a block, and gives what they print.
func (r *reader) run(commands string) outcome {
	r.t.Helper()
	here := strings.ReplaceAll(commands, "http://127.0.0.1:8197", r.sim.Control)
	ctx, cancel := context.WithTimeout(r.t.Context(), waitTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	sh := exec.CommandContext(ctx, "/bin/sh", "-c", before+here+"\nexport -p >\"$VARIABLES\"")
	sh.Dir, sh.Env, sh.Stdout, sh.Stderr = r.here, r.env, &stdout, &stderr
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	sh.Cancel = func() error { return syscall.Kill(-sh.Process.Pid, syscall.SIGKILL) } // what it has started, too
	if err := sh.Run(); err != nil {
		_, exited := errors.AsType[*exec.ExitError](err)
		require.True(r.t, exited, "%s: %v", commands, err)
	}
	require.NoError(r.t, ctx.Err(), "it does not end:\n%s%s", commands, &stderr)
	return outcome{sh.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func TestTheCommandsOfEachPageWork(t *testing.T) {
	for _, tool := range []string{"curl", "jq", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			require.NotEqual(t, "true", os.Getenv("CI"), "CI has %s", tool)
			t.Skipf("no %s: %v", tool, err)
		}
	}
	for _, page := range pages(t) {
		blocks := blocksOf(t, page)
		if len(blocks) == 0 {
			continue
		}
		t.Run(strings.TrimPrefix(page, "../"), func(t *testing.T) {
			t.Parallel()
			var r *reader
			for _, b := range blocks {
				if b.notRun != "" {
					t.Logf("%s is not run: %s", b.at, b.notRun)
					continue
				}
				if r == nil {
					r = newReader(t)
				}
				b.check(t, r)
			}
		})
	}
}

// check runs the block. A console block has the output beside the commands.
func (b *block) check(t *testing.T, r *reader) {
	t.Helper()
	if b.language == "sh" {
		o := r.run(b.text)
		assert.Zero(t, o.code, "%s\n%s%s%s", b.at, b.text, o.stdout, o.stderr)
		return
	}
	all := typedIn(b.text)
	require.NotEmpty(t, all, "%s: a command begins with $", b.at)
	const end = "\x01\n"
	var script strings.Builder
	for _, one := range all {
		fmt.Fprintf(&script, "{ %s\n} 2>&1\nprintf '%s'\n", one.command, `\001\n`)
	}
	o := r.run(script.String())
	require.Zero(t, o.code, "%s\n%s%s", b.at, o.stdout, o.stderr)
	for i, got := range strings.SplitN(o.stdout, end, len(all)+1)[:len(all)] {
		assert.Regexp(t, all[i].output(), got, "%s: $ %s", b.at, all[i].command)
	}
}

// A typed command of a console block has its output below it, in which … is any text.
type typed struct{ command, want string }

func typedIn(text string) (all []*typed) {
	for line := range strings.Lines(text) {
		switch command, is := strings.CutPrefix(line, "$ "); {
		case is:
			all = append(all, &typed{command: strings.TrimSpace(command)})
		case strings.HasPrefix(line, "> ") && len(all) > 0 && all[len(all)-1].want == "": // the command goes on
			all[len(all)-1].command += "\n" + strings.TrimPrefix(strings.TrimSpace(line), "> ")
		case len(all) > 0:
			all[len(all)-1].want += line
		}
	}
	return all
}

// output is the expression that the output matches.
func (s *typed) output() *regexp.Regexp {
	text := regexp.QuoteMeta(strings.TrimSpace(s.want))
	text = regexp.MustCompile(` +`).ReplaceAllString(text, " +") // columns may be aligned
	return regexp.MustCompile(`^\s*` + strings.ReplaceAll(text, "…", "(?s:.*)") + `\s*$`)
}
