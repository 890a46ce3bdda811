package clidoc_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/clidoc"
)

// grammar has one of each kind of thing.
type grammar struct {
	Serve struct {
		Listen  string `placeholder:"ADDR" help:"Where it listens: don't use \\n. Second sentence."`
		Profile string `enum:"faithful,strict" default:"faithful" help:"Settings."`
		Certs   string `placeholder:"DIR" help:"Folder."`
		Quiet   bool   `help:"Print nothing."`
		Rare    bool   `hidden:"" help:"Not in the short help."`
	} `cmd:"" default:"withargs" help:"Run it: now."`
	Fault struct {
		Add struct {
			Kind string `arg:"" help:"Kind."`
			When string `placeholder:"FILE" help:"File."`
		} `cmd:"" help:"Add one."`
		List struct{} `cmd:"" help:"List them."`
	} `cmd:"" help:"Faults."`
	Secret struct{} `cmd:"" hidden:"" help:"For packages."`
}

func app(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(new(grammar), kong.Name("some-tool"), kong.Description("A tool for tests.\n\n.Second paragraph\\here."), kong.DefaultEnvars("TOOL"))
	require.NoError(t, err)
	return parser.Model
}

func completion(t *testing.T, shell string) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, clidoc.Completion(&text, app(t), shell))
	return text.String()
}

// run runs a shell with a script that is written to a file, whose path is its argument.
func run(t *testing.T, shell, script, rest string, options ...string) string {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skipf("the shell itself is asked: %v", err)
	}
	file := filepath.Join(t.TempDir(), "completion")
	require.NoError(t, os.WriteFile(file, []byte(script), 0o600))
	command := exec.CommandContext(t.Context(), shell, append(options, "-c", strings.ReplaceAll(rest, "FILE", file))...)
	command.Dir = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(command.Dir, "folder"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(command.Dir, "file.txt"), nil, 0o600))
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// lines are command lines, the last word of which is completed.
var lines = []struct{ line, want, reason string }{
	{"some-tool f", "fault", "commands"},
	{"some-tool sec", "", "a hidden command is not offered"},
	{"some-tool --pro", "--profile", "flags of the default command"},
	{"some-tool serve --r", "--rare", "a flag that the short help leaves out"},
	{"some-tool serve --profile s", "strict", "the words that a flag takes"},
	{"some-tool fault a", "add", "commands of a group"},
	{"some-tool fault add --w", "--when", "flags of a command of a group"},
	{"some-tool fault list --w", "", "another command does not take it"},
	{"some-tool serve --certs f", "folder", "a folder, no file"},
	{"some-tool fault add --when file", "file.txt", "a file"},
}

func TestBashCompletesCommandsFlagsAndValues(t *testing.T) {
	for _, tc := range lines {
		words := strings.Fields(tc.line)
		assert.Equal(t, tc.want, run(t, "bash", completion(t, "bash"), `source FILE
COMP_WORDS=(`+tc.line+`); COMP_CWORD=`+string(rune('0'+len(words)-1))+`; _some_tool; echo "${COMPREPLY[*]}"`, "--norc"), "%s: %s", tc.line, tc.reason)
	}
	split := run(t, "bash", completion(t, "bash"), `source FILE
COMP_WORDS=(some-tool serve --profile = s); COMP_CWORD=4; _some_tool; echo "${COMPREPLY[*]}"`, "--norc")
	assert.Equal(t, "strict", split, "bash splits at the sign")
}

func TestFishCompletesCommandsFlagsAndValues(t *testing.T) {
	for _, tc := range lines {
		out := run(t, "fish", completion(t, "fish"), `source FILE; complete -C "`+tc.line+`"`, "--no-config")
		word, _, _ := strings.Cut(out, "\t")
		assert.Equal(t, tc.want, strings.TrimSuffix(word, "/"), "%s: %s", tc.line, tc.reason)
	}
}

func TestZshReadsItsCompletions(t *testing.T) {
	out := run(t, "zsh", completion(t, "zsh"), `autoload -Uz compinit && compinit -D -u
source FILE
print -r -- $_comps[some-tool]`, "-f")
	assert.Equal(t, "_some_tool", out)
}

func TestZshHasEveryCommandAndFlagWithItsHelp(t *testing.T) {
	script := completion(t, "zsh")
	for _, want := range []string{
		`commands+=('fault:Faults')`, `commands+=('serve:Run it: now')`, `flags+=('--listen:Where it listens: don'\''t use \n')`,
		`(' serve --profile') compadd -- 'faithful' 'strict'; return ;;`, `(' fault add --when') _files; return ;;`,
		`(' serve --certs') _files -/; return ;;`,
	} {
		assert.Contains(t, script, want)
	}
	assert.NotContains(t, script, "secret")
}

func TestAnotherShellIsAnError(t *testing.T) {
	assert.ErrorContains(t, clidoc.Completion(new(strings.Builder), app(t), "csh"), "write one of bash, zsh, fish")
}

func TestThePageHasEveryCommandFlagAndVariable(t *testing.T) {
	var page strings.Builder
	require.NoError(t, clidoc.Man(&page, app(t), "0.9.0", "2026-12-01"))
	text := page.String()
	for _, want := range []string{
		`.TH "SOME\-TOOL" 1 "2026-12-01" "some\-tool 0.9.0" "User Commands"`,
		".SH NAME\nsome\\-tool \\- A tool for tests\n",
		".PP\n\\&.Second paragraph\\ehere.\n",
		".SS \"some\\-tool fault add\"\n",
		".TP\n\\fB\\-\\-listen\\fR=\\fIADDR\\fR\nWhere it listens: don't use \\en. Second sentence.\nVariable: TOOL_LISTEN.\n",
		".TP\n\\fB\\-\\-quiet\\fR\nPrint nothing.\n",
		".TP\n\\fI<kind>\\fR\nKind.\n",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "secret")
}

func TestTheProgramsThatFormatPagesFindNothingWrong(t *testing.T) {
	var page strings.Builder
	require.NoError(t, clidoc.Man(&page, app(t), "0.9.0", "2026-12-01"))
	file := filepath.Join(t.TempDir(), "some-tool.1")
	require.NoError(t, os.WriteFile(file, []byte(page.String()), 0o600))
	asked := false
	for _, command := range [][]string{{"mandoc", "-T", "lint", "-W", "warning", file}, {"groff", "-man", "-ww", "-z", file}} {
		if _, err := exec.LookPath(command[0]); err != nil {
			continue
		}
		asked = true
		out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
		assert.NoError(t, err, "%s", out)
		assert.Empty(t, string(out), command[0])
	}
	if !asked {
		t.Skip("neither mandoc nor groff is there")
	}
}
