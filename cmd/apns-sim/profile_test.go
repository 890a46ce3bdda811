package main

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

var update = flag.Bool("update", false, "write the pages of profiles and commands anew")

const profilesPage = "../../docs/profiles.md"

func TestThePageOfProfilesIsUpToDate(t *testing.T) {
	want := writeProfilesPage()
	if *update {
		require.NoError(t, os.WriteFile(profilesPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(profilesPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./cmd/apns-sim -run PageOfProfiles -update")
}

func writeProfilesPage() string {
	var page strings.Builder
	page.WriteString(profilesIntroduction)
	for _, profile := range profiles[1:] {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n| Setting | Value | Why |\n|---|---|---|\n", profile, profileMeanings[profile])
		for _, row := range profileRows {
			if values := row.in(profile); values != nil {
				fmt.Fprintf(&page, "| `--%s` | `%s` | %s |\n", row.flag, strings.Join(values, "`<br>`"), row.reason)
			}
		}
	}
	return page.String()
}

var profileMeanings = map[string]string{
	"strict":  "For providers that should follow Apple's documentation exactly: rejects what Apple tolerates and enforces what Apple only documents.",
	"lenient": "Permissive, for first experiments: accepts as much as possible.",
	"hostile": "For testing error handling: APNs on a bad day, with failure rates high enough for a test. `--fault-seed` repeats a run. Faults given with `--fault` replace these.",
}

const profilesIntroduction = `# Profiles

Generated from the table in cmd/apns-sim by ` + "`go test ./cmd/apns-sim -run PageOfProfiles -update`" + `; do not edit.

` + "`--profile`" + ` changes several settings of ` + "`apns-sim serve` and `exec`" + ` at once. The default profile, faithful, behaves as APNs has been
observed to: every setting has its default. Flags, variables and the configuration file override the profile.
` + "`apns-sim config show --profile strict`" + ` lists the resulting settings and where each value comes from.
`

func TestEveryRowOfAProfileIsAFlagWithAValueItTakes(t *testing.T) {
	all := flags(t)
	seen := map[string]bool{}
	for _, row := range profileRows {
		flag := all["serve --"+row.flag]
		require.NotNil(t, flag, row.flag)
		assert.False(t, seen[row.flag], "%s is there twice", row.flag)
		seen[row.flag] = true
		assert.NotEmpty(t, row.reason)
		for _, profile := range profiles {
			if value := profileValue(profile, row.flag); value != nil {
				assert.NoError(t, try(flag, value), row.flag)
			}
		}
		assert.True(t, row.strict != nil || row.lenient != nil || row.hostile != nil, row.flag)
	}
	assert.Equal(t, profiles, all["serve --profile"].EnumSlice())
}

// set makes the configuration of a command line, with profile and file.
func set(t *testing.T, args ...string) sim.Config {
	t.Helper()
	c, _, err := parseArgs(t, append([]string{"serve", "--any-port"}, args...), new(settings))
	require.NoError(t, err)
	cfg, err := c.Serve.config()
	require.NoError(t, err)
	return cfg
}

func TestAProfileSetsWhatItsTableSays(t *testing.T) {
	assert.True(t, reflect.DeepEqual(unlogged(set(t)), unlogged(set(t, "--profile", "faithful"))), "faithful is the defaults")
	strict := set(t, "--profile", "strict")
	assert.True(t, strict.Auth.Strict)
	assert.True(t, strict.Provider.NoReservedTokens)
	assert.Equal(t, 3, strict.Broker.Hourly.Background)
	assert.True(t, set(t, "--profile", "lenient").AnyDeviceCertificate)
	hostile := set(t, "--profile", "hostile")
	require.Len(t, hostile.FaultRules, len(hostileFaults))
	assert.Equal(t, "hostile-busy", hostile.FaultRules[0].Name)
	_, err := sim.New(hostile)
	assert.NoError(t, err)
}

func unlogged(cfg sim.Config) sim.Config {
	cfg.Log, cfg.Control, cfg.Faults.Compile = nil, nil, nil // made anew, and of no interest here
	return cfg
}

func TestFlagBeatsVariableBeatsFileBeatsProfile(t *testing.T) {
	file := written(t, "profile: strict\nbackground-per-hour: 5\nlive-activity-per-hour: 6\nwindow: 7\n")
	t.Setenv("APNS_SIM_WINDOW", "8")
	t.Setenv("APNS_SIM_LIVE_ACTIVITY_PER_HOUR", "9")
	cfg := set(t, "--config", file, "--live-activity-per-hour", "10")
	assert.True(t, cfg.Auth.Strict, "the profile that the file names")
	assert.Equal(t, 5, cfg.Broker.Hourly.Background, "the file")
	assert.Equal(t, 8, cfg.Broker.Window, "the variable")
	assert.Equal(t, 10, cfg.Broker.Hourly.LiveActivity, "the flag")
	assert.False(t, set(t, "--config", file, "--profile", "lenient").Auth.Strict)

	o := invoke(t, "config", "show", "--changed", "--config", file, "--live-activity-per-hour", "10", "--json")
	require.Equal(t, exitOK, o.code, o.stderr)
	from := map[string]string{}
	for _, s := range lines[setting](t, o.stdout) {
		from[s.Name] = s.From
	}
	assert.Equal(t, "flag", from["live-activity-per-hour"])
	assert.Equal(t, "variable APNS_SIM_WINDOW", from["window"])
	assert.Equal(t, "file "+file+":2", from["background-per-hour"])
	assert.Equal(t, "profile strict", from["strict"])
	assert.NotContains(t, from, "idle-timeout")
}

func TestConfigShowListsEverySettingAndNoSecret(t *testing.T) {
	o := invoke(t, "config", "show", "--control-token", "a-secret-of-the-owner")
	require.Equal(t, exitOK, o.code, o.stderr)
	for name, flag := range flags(t) {
		if command, _, _ := strings.Cut(name, " "); command == "serve" && !strings.HasPrefix(flag.Name, "help") {
			assert.Regexp(t, `(?m)^`+flag.Name+` `, o.stdout)
		}
	}
	assert.NotContains(t, o.stdout, "a-secret-of-the-owner")
}

// written is a file with a text.
func written(t *testing.T, text string) string {
	t.Helper()
	path := t.TempDir() + "/apns-sim.yaml"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestAConfigurationFileHasTheFlagsByName(t *testing.T) {
	file := written(t, "\ufeff"+`# a comment
topics: [com.a, com.b]
drain-time: 3s
strict: true
faults:
  - resets
  - name: busy
    where: {topic: com.a}
    when: {times: 2}
    what: {do: respond, reason: TooManyRequests}
`)
	cfg := set(t, "--config", file)
	assert.Equal(t, []string{"com.a", "com.b"}, cfg.Topics)
	assert.True(t, cfg.Auth.Strict)
	require.Len(t, cfg.FaultRules, 2)
	assert.Equal(t, "busy", cfg.FaultRules[1].Name)
	assert.Equal(t, 2, cfg.FaultRules[1].When.Times)
	assert.Contains(t, succeed(t, "config", "check", file), "is valid")
	assert.Empty(t, set(t, "--config", written(t, "")).Topics, "an empty file has no settings")
}

func TestAllThatIsWrongInAFileIsToldAtOnceWithItsPlace(t *testing.T) {
	file := written(t, `listn: 127.0.0.1:1
window: many
topic: {a: b}
faults:
  - wegded
log-level: wrn
strict: true
strict: true
listen: [a, b]
names:
`)
	for _, args := range [][]string{{"config", "check", file}, {"serve", "--config", file}, {"exec", "--config", file, "--", "true"}} {
		o := invoke(t, args...)
		assert.Equal(t, exitUsage, o.code)
		for _, want := range []string{
			file + `:1:1: unknown setting "listn"; did you mean listen?`,
			file + ":2:9: window: ",
			file + ":3:",
			file + `:5:5: faults: `, `did you mean "wedged"?`,
			file + `:6:12: log-level: unknown value "wrn"; did you mean warn?`,
			file + ":8:1: strict is already set in line 7",
			file + ":9:9: listen takes one value, not a list",
			file + ":10:", "names is empty",
		} {
			assert.Contains(t, o.stderr, want)
		}
	}
	o := invoke(t, "serve", "--config", written(t, "a: [b"))
	assert.Equal(t, exitUsage, o.code)
	assert.Regexp(t, `apns-sim.yaml:1:\d+: `, o.stderr)
	o = invoke(t, "serve", "--config", "/no/such/file.yaml")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "--config: open /no/such/file.yaml")
	o = invoke(t, "config", "check", written(t, "topic: no/topic"))
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, `:1: topic: "no/topic" is not a bundle ID`)
}

func TestAllThatCannotBeMeantIsToldAtOnceWithItsPlace(t *testing.T) {
	file := written(t, `idle-timeout: -5s
faults:
  - resets
  - when: {tims: 2}
    what: {do: respond, reason: TooManyRequests}
  - what: {do: respond, reason: TooManyRequest}
outage: ServiceUnavailible
listen: nonsense
topics: [com.a, a/b]
`)
	t.Setenv("APNS_SIM_LISTEN_SANDBOX", "2198")
	t.Setenv("APNS_SIM_HISTROY", "5")
	flags := strings.Fields("--burst-limit=-1 --device-silence=-1s --group-window=-1s --ack-timeout=-1s --window=0 --suspended-team SIMTEAM002 --token-length 9 --max-errors=many")
	o := invoke(t, append([]string{"serve", "--config", file}, flags...)...)
	assert.Equal(t, exitUsage, o.code)
	for _, want := range []string{
		file + `:1: idle-timeout is -5s; it cannot be negative`,
		file + `:4:9: faults: `, `unknown field "tims"; did you mean "times"?`,
		file + `:6:9: faults: `, `did you mean "TooManyRequests"?`,
		file + `:7: outage is "ServiceUnavailible"; write ServiceUnavailable, Shutdown or InternalServerError; did you mean ServiceUnavailable?`,
		file + `:8: listen: address nonsense: missing port in address; write host:port`,
		file + `:9: topic: "a/b" is not a bundle ID`,
		`APNS_SIM_LISTEN_SANDBOX: address 2198: missing port in address`,
		`unknown environment variable APNS_SIM_HISTROY; did you mean APNS_SIM_HISTORY?`,
		"--burst-limit is -1; it cannot be negative", "--device-silence is -1s", "--group-window is -1s", "--ack-timeout is -1s", "--window is 0; the minimum is 1",
		`--suspended-team: team "SIMTEAM002" is unknown; did you mean SIMTEAM001?`,
		"--token-length is 9; it must be between 32 and 100",
		"--max-errors: \"many\" is not",
		"  see apns-sim serve --help",
	} {
		assert.Contains(t, o.stderr, want)
	}
	assert.Equal(t, 17, strings.Count(o.stderr, "\n"), "each once: %s", o.stderr)

	t.Setenv("APNS_SIM_HISTROY", "")
	require.NoError(t, os.Unsetenv("APNS_SIM_HISTROY"))
	o = invoke(t, "config", "check", written(t, "listen: nonsense\nmax-channels: -1\n"))
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, ":1: listen: ")
	assert.Contains(t, o.stderr, ":2: max-channels is -1")
}

func TestAVariableWithAWrongNameIsRemarkedOn(t *testing.T) {
	app := model(t)
	assert.Equal(t, []string{"unknown environment variable APNS_SIM_LISTN is ignored; did you mean APNS_SIM_LISTEN?"},
		strangeVariables(app, []string{"APNS_SIM_LISTN=1", "APNS_SIM_LISTEN=2", "APNS_SIM_CA_FILE=/ca.pem", "APNS_SIM_DEVICE_ID=0", "HOME=/"}))
	t.Setenv("APNS_SIM_SERVICE_PORT_HTTP", "3")
	assert.Contains(t, invoke(t, "config", "show").stderr, "unknown environment variable APNS_SIM_SERVICE_PORT_HTTP is ignored; did you mean ")
	t.Setenv("APNS_SIM_WINDWO", "3")
	o := invoke(t, "config", "show")
	assert.Equal(t, exitUsage, o.code, "that can only be a mistake")
	assert.Contains(t, o.stderr, "unknown environment variable APNS_SIM_WINDWO; did you mean APNS_SIM_WINDOW?")
	assert.Empty(t, invoke(t, "version").stderr, "other commands have no settings")
}
