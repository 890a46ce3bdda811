package main

import (
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// A wholeParser is the whole grammar, which takes so long to build under the race
// detector that the tests share one. Its commands are those of the last command line read.
type wholeParser struct {
	*kong.Kong
	commands  commands
	resolvers []kong.Resolver
}

// Validate has nothing to check: the resolvers are those of each command line.
func (*wholeParser) Validate(*kong.Application) error { return nil }

// Resolve asks the resolvers of the command line that is being read.
func (p *wholeParser) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	for _, r := range p.resolvers {
		if value, err := r.Resolve(ctx, parent, flag); value != nil || err != nil {
			return value, err
		}
	}
	return nil, nil //nolint:nilnil // How kong wants to hear that there is nothing.
}

var whole = sync.OnceValues(func() (*wholeParser, error) {
	p := new(wholeParser)
	var err error
	p.Kong, err = kong.New(&p.commands, grammar, kong.Resolvers(p))
	return p, err
})

// parseArgs reads a command line. Tests that use it do not run in parallel.
func parseArgs(t *testing.T, args []string, resolvers ...kong.Resolver) (commands, *kong.Context, error) {
	t.Helper()
	p, err := whole()
	require.NoError(t, err)
	p.resolvers = resolvers
	parsed, err := p.Parse(args)
	return p.commands, parsed, err
}

// model returns the whole grammar.
func model(t *testing.T) *kong.Application {
	t.Helper()
	p, err := whole()
	require.NoError(t, err)
	return p.Model
}

// flags lists the flags of all commands by command and name.
func flags(t *testing.T) map[string]*kong.Flag {
	t.Helper()
	all := map[string]*kong.Flag{}
	for _, command := range model(t).Leaves(false) {
		for _, flag := range command.Flags {
			all[command.Path()+" --"+flag.Name] = flag
		}
	}
	return all
}

func TestEveryListenerHasAFlagWithItsAddress(t *testing.T) {
	all := flags(t)
	listeners := map[string]bool{}
	for _, d := range sim.Listeners() {
		listeners[d.Flag] = true
		flag := all["serve --"+d.Flag]
		if assert.NotNil(t, flag, d.Flag) {
			assert.Equal(t, d.Address, flag.Default, d.Flag)
		}
	}
	for name := range all {
		if flag, listens := strings.CutPrefix(name, "serve --listen"); listens && flag != "-all" {
			assert.True(t, listeners["listen"+flag], "%s opens a listener", name)
		}
	}
	assert.Equal(t, "http://"+sim.Listeners()[sim.ControlListener].Address, all["send --control"].Default, "send finds a simulator with defaults")
}

func TestEveryListenFlagLeadsToItsListener(t *testing.T) {
	var args []string
	want := sim.Addresses{}
	for i, d := range sim.Listeners() {
		want[d.Listener] = net.JoinHostPort("127.0.0.1", strconv.Itoa(1000+i))
		args = append(args, "--"+d.Flag, want[d.Listener])
	}
	c, _, err := parseArgs(t, args)
	require.NoError(t, err)
	assert.Equal(t, want, c.Serve.addresses())

	c, _, err = parseArgs(t, append(args, "--any-port"))
	require.NoError(t, err)
	assert.Empty(t, c.Serve.addresses(), "free ports of loopback")
}

func TestEveryFlagHasItsVariable(t *testing.T) {
	all := flags(t)
	for name, flag := range all {
		if len(flag.Envs) == 0 && (strings.HasPrefix(flag.Name, "help") || orders(name)) {
			continue
		}
		want := "APNS_SIM_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		assert.Equal(t, []string{want}, flag.Envs, name)
	}
	assert.Equal(t, []string{"APNS_SIM_LISTEN_443"}, all["serve --listen-443"].Envs)
	assert.Equal(t, []string{"APNS_SIM_READY_FILE"}, all["serve --ready-file"].Envs)
	assert.Equal(t, []string{"APNS_SIM_CONTROL"}, all["send --control"].Envs)
	assert.Equal(t, []string{"APNS_SIM_LEGACY_P12"}, all["cert create --legacy-p12"].Envs)
}

// orders reports whether a flag says what is asked of a running simulator or done to the
// machine, which is written each time: variables that exec sets would change it unnoticed.
func orders(name string) bool {
	command, _, _ := strings.Cut(name, " ")
	return strings.HasPrefix(name, "ca install ") || strings.HasPrefix(name, "ca uninstall ") || slices.Contains([]string{"list", "latest", "replay", "tail", "wait", "fault", "clock", "device", "space", "team", "reset", "jwt", "env", "version", "doctor", "count", "delete", "check", "channel", "connection", "cert"}, command)
}

func TestEveryFlagHasAHelpThatEndsLikeASentence(t *testing.T) {
	for name, flag := range flags(t) {
		assert.Regexp(t, `\.$`, flag.Help, name)
		if flag.Target.Kind() == reflect.String {
			assert.NotEmpty(t, flag.PlaceHolder, "%s: what is to be written", name)
		}
	}
}

func TestHelpAndVersionSucceed(t *testing.T) {
	for args, want := range map[string]string{
		"--help":             "ca init ",
		"-h":                 "Exit codes: 0 success",
		"serve --help":       "$APNS_SIM_LISTEN_443",
		"send --help":        "http://127.0.0.1:8197",
		"cert create --help": "voip",
		"version":            "apns-sim " + sim.Version() + " (",
		"--version":          "apns-sim " + sim.Version() + " (",
		"version --json":     `{"version":"` + sim.Version() + `"`,
	} {
		t.Run(args, func(t *testing.T) {
			o := invoke(t, strings.Fields(args)...)
			assert.Equal(t, exitOK, o.code)
			assert.Contains(t, o.stdout, want)
			assert.NotContains(t, o.stdout, "${", "every word of the help is filled in")
			assert.Empty(t, o.stderr)
		})
	}
}

func TestAMistakeInTheCommandLineIsToldInTwoLines(t *testing.T) {
	for _, tc := range []struct{ args, want, hint string }{
		{"--bogus", "unknown flag --bogus", "apns-sim --help"},
		{"clock advance -61m", "unknown flag -6", "apns-sim clock advance --help; write a value that begins with - after --, or with =, as in --flag=-1s"},
		{"serve --bogus", "unknown flag --bogus", "apns-sim serve --help"},
		{"bogus", "unexpected argument bogus", "apns-sim --help"},
		{"send", "missing flags: --token=HEX", "apns-sim send --help"},
		{"send --token 00 --environment moon", `--environment must be one of "production","sandbox"`, "apns-sim send --help"},
		{"key", `expected one of "create", "list"`, "apns-sim key --help"},
		{"cert create", "missing flags: --topic=TOPIC", "apns-sim cert create --help"},
		{"serve --log-level loud", "--log-level must be one of", "apns-sim serve --help"},
		{"serve --window many", "--window", "apns-sim serve --help"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			o := invoke(t, strings.Fields(tc.args)...)
			assert.Equal(t, exitUsage, o.code)
			assert.Empty(t, o.stdout)
			lines := strings.Split(strings.TrimSuffix(o.stderr, "\n"), "\n")
			require.Len(t, lines, 2, o.stderr)
			assert.Contains(t, lines[0], "apns-sim: ")
			assert.Contains(t, lines[0], tc.want)
			assert.Equal(t, "  see "+tc.hint, lines[1])
		})
	}
}

func TestTheNearestCommandIsNamedAtEveryLevel(t *testing.T) {
	named := 0
	require.NoError(t, kong.Visit(model(t).Node, func(v kong.Visitable, next kong.Next) error {
		command, ok := v.(*kong.Node)
		if !ok || command.Parent == nil {
			return next(nil)
		}
		words := strings.Fields(strings.TrimPrefix(command.Path(), "apns-sim"))
		misspelled := append(slices.Clone(words[:len(words)-1]), command.Name[:len(command.Name)-1])
		_, _, err := parseArgs(t, misspelled)
		require.Error(t, err, misspelled)
		assert.Regexp(t, `did you mean (one of )?"[a-z0-9-]+"`, err.Error()+nearestCommand(err, misspelled), misspelled)
		named++
		return next(nil)
	}))
	assert.Greater(t, named, 60)
}

func TestAWordThatIsNoCommandIsTold(t *testing.T) {
	for args, want := range map[string]string{
		"serv":               `unexpected argument serv, did you mean "serve"?`,
		"--any-port srve":    `unexpected argument srve, did you mean "serve"?`,
		"devcie list":        `unexpected argument devcie, did you mean "device"?`,
		"--any-port send":    "unexpected argument send; the command comes first: apns-sim send",
		"fault lst --json":   `unexpected argument lst, did you mean "list"?`,
		"serve serv":         "unexpected argument serv\n  see apns-sim serve --help",
		"something-entirely": "unexpected argument something-entirely\n  see apns-sim --help",
	} {
		o := invoke(t, strings.Fields(args)...)
		assert.Equal(t, exitUsage, o.code, args)
		assert.Contains(t, o.stderr, want)
	}
}
