package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryLanguageSpellsTheNameOfATestItsOwnWay(t *testing.T) {
	for _, name := range []string{
		"a refusal names its reason", "TestARefusalNamesItsReason", "test_a_refusal_names_its_reason", "aRefusalNamesItsReason(Space)",
	} {
		assert.Equal(t, "arefusalnamesitsreason", key(name), name)
	}
}

func TestReportsAreRead(t *testing.T) {
	want := report{
		"good":  {ok, "one; two"},
		"bad":   {failed, ""},
		"never": {unsupported, "it cannot"},
	}
	t.Run("tap", func(t *testing.T) {
		got, err := readTAP([]byte("TAP version 13\n# note: of nobody\n# Subtest: good\nok 1 - good\n  ---\n  duration_ms: 1\n  ...\n# note: one\n# note: two\n" +
			"not ok 2 - bad\nok 3 - never # SKIP it cannot\n1..3\n"))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
	t.Run("go", func(t *testing.T) {
		got, err := readGo([]byte(`{"Action":"start"}
{"Action":"output","Test":"TestGood","Output":"    x_test.go:9: note: one\n"}
{"Action":"output","Test":"TestGood","Output":"    x_test.go:9: note: two\n"}
{"Action":"pass","Test":"TestGood"}
{"Action":"fail","Test":"TestBad"}
{"Action":"output","Test":"TestNever","Output":"    x_test.go:9: it cannot\n"}
{"Action":"skip","Test":"TestNever"}
not JSON
{"Action":"fail"}
`))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
	t.Run("junit", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, "a.xml", `<testsuites><testsuite>
<testcase name="test_good"><system-out>note: one
x
note: two</system-out></testcase>
<testcase name="test_bad"><failure message="m">text</failure></testcase></testsuite></testsuites>`)
		write(t, dir, "b.xml", `<testsuite><testcase name="never()"><skipped message="it cannot"/></testcase></testsuite>`)
		got, err := readReport("junit:*.xml", dir, nil)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func TestTestsThatLeaveNoReportHaveFailed(t *testing.T) {
	_, err := readReport("junit:*.xml", t.TempDir(), nil)
	assert.ErrorIs(t, err, errNoReport)
}

func TestADescriptionSaysAllThatIsMissing(t *testing.T) {
	dir := t.TempDir()
	for _, row := range []struct{ content, want string }{
		{`{}`, "client is missing\nlanguage is missing\nneeds is missing\nversion is missing\ntest is missing\nreport is \"\"; write tap, go or junit:PATTERN"},
		{`{"client":"x","language":"y","skip":"z"}`, ""},
		{`{"clinet":"x"}`, `json: unknown field "clinet"`},
	} {
		_, err := loadClient(write(t, dir, "client.json", row.content))
		if row.want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, row.want)
		}
	}
}

func TestTheExamplesAreDescribed(t *testing.T) {
	all, err := loadClients("..")
	require.NoError(t, err)
	for _, c := range all {
		assert.FileExists(t, filepath.Join(c.dir, "README.md"), "an example has a README of one screen")
	}
	var required []string
	for _, c := range all {
		if c.Required {
			required = append(required, c.Name)
		}
	}
	assert.ElementsMatch(t, []string{"sideshow/apns2", "@parse/node-apn", "apns2 (Node)", "aioapns", "Pushy"}, required, "CI must run these")
}

// newRunner has a shell script in the place of the simulator, which runs what
// stands after --.
func newRunner(t *testing.T) *runner {
	script := write(t, t.TempDir(), "apns-sim", "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n")
	require.NoError(t, os.Chmod(script, 0o700)) //nolint:gosec // it is run
	return &runner{simulator: script, logs: t.TempDir(), timeout: time.Minute, workers: 2, say: t.Logf}
}

// tapOf reports all items as ok but those that are given.
func tapOf(lines map[string]string) (tap string) {
	for _, i := range items {
		line, is := lines[i.column]
		if !is {
			line = "ok - " + i.test
		}
		tap += line + "\n"
	}
	return tap
}

func TestAnExampleIsJudgedByItsReport(t *testing.T) {
	for _, row := range []struct {
		name string
		c    client
		want map[string]result // of the items that are not simply ok
		skip string
	}{
		{name: "all is well"},
		{
			name: "a test that is skipped is not supported",
			c:    client{Test: tapTest(map[string]string{"410": "ok - a removed app is gone since a time # SKIP it hides it"})},
			want: map[string]result{"410": {unsupported, "it hides it"}},
		},
		{
			name: "a test that is missing has failed",
			c:    client{Test: tapTest(map[string]string{"429": ""})},
			want: map[string]result{"429": {failed, `no test is named "too many requests"`}},
		},
		{
			name: "a failure that no item has is one all the same",
			c:    client{Test: []string{"sh", "-c", "cat <<'.'\n" + tapOf(nil) + ".\nexit 3"}},
			want: everywhere("all items are done, and yet: exit status 3"),
		},
		{
			name: "what cannot be prepared has failed",
			c:    client{Prepare: [][]string{{"false"}}},
			want: everywhere("false: exit status 1"),
		},
		{
			name: "what is not there is skipped, with the reason",
			c:    client{Needs: [][]string{{"no-such-runtime"}}},
			skip: `no-such-runtime: exec: "no-such-runtime": executable file not found in $PATH`,
		},
		{name: "what can run nowhere is skipped", c: client{Skip: "it cannot"}, skip: "it cannot"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := row.c
			c.Name, c.Language, c.dir, c.Report = "x", "sh", t.TempDir(), "tap"
			if c.Needs == nil {
				c.Needs = [][]string{{"echo", "sh 1"}}
			}
			c.Version = []string{"echo", "v1.2"}
			if c.Test == nil {
				c.Test = tapTest(nil)
			}
			o := newRunner(t).run(t.Context(), &c)
			assert.Equal(t, row.skip, o.skipped)
			if row.skip != "" {
				assert.Contains(t, summary(o), "skipped  x: "+row.skip)
				return
			}
			for i, one := range o.items {
				want, is := row.want[items[i].column]
				if !is {
					want = result{ok, ""}
				}
				assert.Equal(t, want, one, items[i].column)
			}
			assert.Equal(t, len(row.want) > 0 && row.want["410"].verdict != unsupported, o.failed(false))
		})
	}
}

func tapTest(lines map[string]string) []string { return []string{"echo", tapOf(lines)} }

func everywhere(reason string) map[string]result {
	all := map[string]result{}
	for _, i := range items {
		all[i.column] = result{failed, reason}
	}
	return all
}

func TestARequiredExampleMustRunInCI(t *testing.T) {
	o := &outcome{client: &client{Required: true}, skipped: "no runtime"}
	assert.True(t, o.failed(true))
	assert.False(t, o.failed(false))
	o.client.Required = false
	assert.False(t, o.failed(true))
}

func TestAPageIsOfAMachineThatHasEverything(t *testing.T) {
	for _, row := range []struct {
		name   string
		client string
		writes bool
	}{
		{"all that can run", `"needs":[["true"]],"version":["echo","1"],"test":["echo"],"report":"tap"`, false}, // no test has run
		{"what can run nowhere", `"skip":"it cannot"`, true},
		{"a language that is not there", `"needs":[["no-such-runtime"]],"version":["echo","1"],"test":["echo"],"report":"tap"`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(dir, "x"), 0o700))
			write(t, filepath.Join(dir, "x"), "client.json", `{"client":"x","language":"sh",`+row.client+`}`)
			page := filepath.Join(dir, "page.md")
			err := run(t.Context(), []string{"-examples", dir, "-page", page, "-logs", filepath.Join(dir, "logs"), "-apns-sim", newRunner(t).simulator})
			if row.writes {
				require.NoError(t, err)
				assert.FileExists(t, page)
			} else {
				assert.NoFileExists(t, page)
			}
		})
	}
}

func TestAllThatTakesTooLongIsAFailure(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "x"), 0o700))
	write(t, filepath.Join(dir, "x"), "client.json", `{"client":"x","language":"sh","skip":"it cannot"}`)
	err := run(t.Context(), []string{"-examples", dir, "-page", filepath.Join(dir, "page.md"), "-logs", dir, "-limit", "1ns"})
	assert.ErrorContains(t, err, "more than 1ns")
}

func TestACommandThatTakesTooLongIsEnded(t *testing.T) {
	r := newRunner(t)
	r.timeout = 50 * time.Millisecond
	c := &client{Name: "x", dir: t.TempDir(), Needs: [][]string{{"sleep", "60"}}}
	o := r.run(t.Context(), c)
	assert.Equal(t, "sleep 60: it took longer than 50ms", o.skipped)
}

func TestThePageHasTheMatrixAndTheNotes(t *testing.T) {
	good := &outcome{client: &client{Name: "good", Language: "Go", How: "By an option.", dir: "x/good"}, version: "1.2", runtime: "go1"}
	for range items {
		good.items = append(good.items, result{ok, ""})
	}
	good.items[1] = result{unsupported, "tokens only"}
	got := page([]*outcome{good, {client: &client{Name: "absent", Language: "Ruby", dir: "x/absent"}, skipped: "no gem"}})
	assert.Contains(t, got, "| [good](../examples/good) | 1.2 | Go | ok | – | ok |")
	assert.Contains(t, got, "### good\n\nBy an option.\n\n- tested with: go1\n- certificate: tokens only\n")
	assert.Contains(t, got, "### absent\n\n- skipped: no gem\n")
	assert.Contains(t, table([]*outcome{good}), "good     ok   –")
}

func TestOnlySomeExamplesAreRun(t *testing.T) {
	all := []*client{{Name: "a", dir: "x/a"}, {Name: "b", dir: "x/b"}}
	some, err := chosen(all, []string{"b"})
	require.NoError(t, err)
	assert.Equal(t, all[1:], some)
	_, err = chosen(all, []string{"c"})
	assert.EqualError(t, err, `no example is in a folder "c"; the folders are a, b`)
}

func TestFoldersAreNamedByTheFlagAndByArguments(t *testing.T) {
	assert.Empty(t, named("", nil))
	assert.Equal(t, []string{"a", "b", "c", "d"}, named("a,b", []string{"c", "d"}))
}

func TestTheWholeRunWritesThePage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "one"), 0o700))
	write(t, filepath.Join(dir, "one"), "client.json", `{"client":"x","language":"y","required":true,"skip":"z"}`)
	args := []string{"-examples", dir, "-page", filepath.Join(dir, "page.md"), "-logs", dir, "-strict=false"}
	require.NoError(t, run(context.Background(), args))
	assert.FileExists(t, filepath.Join(dir, "page.md"))
	assert.ErrorIs(t, run(context.Background(), append(args, "-strict")), errFailed)
}

func TestARunOfOneExampleWritesNoPage(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one", "other"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		write(t, filepath.Join(dir, name), "client.json", `{"client":"x","language":"y","required":`+fmt.Sprint(name == "other")+`,"skip":"z"}`)
	}
	args := []string{"-examples", dir, "-page", filepath.Join(dir, "page.md"), "-logs", dir, "-strict"}
	require.NoError(t, run(context.Background(), append(args, "one")), "the other one would fail")
	assert.NoFileExists(t, filepath.Join(dir, "page.md"))
	assert.ErrorContains(t, run(context.Background(), append(args, "two")), `no example is in a folder "two"; the folders are one, other`)
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
