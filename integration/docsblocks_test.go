//go:build unix

package integration_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A block is a fenced block of a page with commands.
type block struct {
	at       string // page and line
	language string // sh, or console
	text     string
	notRun   string // why it cannot be run here
}

// notRunBefore is the comment before a block that cannot be run here. It says why.
var notRunBefore = regexp.MustCompile(`<!-- not run: (\S.*) -->\n*$`)

// blocksOf gives the blocks of commands of a page.
func blocksOf(t *testing.T, page string) (found []*block) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	for _, at := range regexp.MustCompile("(?ms)^```(sh|console)\n(.*?)^```$").FindAllSubmatchIndex(text, -1) {
		b := &block{
			at:       fmt.Sprintf("%s:%d", strings.TrimPrefix(page, "../"), 1+strings.Count(string(text[:at[0]]), "\n")),
			language: string(text[at[2]:at[3]]), text: string(text[at[4]:at[5]]),
		}
		if exempted := notRunBefore.FindSubmatch(text[:at[0]]); exempted != nil {
			b.notRun = string(exempted[1])
		}
		found = append(found, b)
	}
	return found
}

// command is how a command begins in a block that is not marked as one.
var command = regexp.MustCompile(`^(\$ |(bin/)?(apns-sim|device-sim) |curl |docker |npm |pip |mvn |make |go (get|install|run) )`)

func TestBlocksOfCommandsAreMarkedAsOnes(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		fence, afterEmpty := "", true
		for number, line := range strings.Split(string(text), "\n") {
			marker, isFence := strings.CutPrefix(line, "```")
			inside := line
			switch {
			case isFence && fence == "":
				fence = "```" + marker
				assert.NotContains(t, []string{"bash", "shell"}, marker, "%s:%d: the fence of commands is sh, or console", page, number+1)
				continue
			case isFence:
				fence = ""
				continue
			case fence == "":
				var indented bool
				if inside, indented = strings.CutPrefix(line, "    "); !indented || !afterEmpty {
					afterEmpty = line == ""
					continue
				}
			}
			if fence != "```sh" && fence != "```console" {
				assert.NotRegexp(t, command, inside, "%s:%d: a command in a block whose fence is not sh or console is not run", page, number+1)
			}
		}
	}
}

// commandSpan is a command within a sentence.
var commandSpan = regexp.MustCompile("`((?:apns-sim|device-sim) [^`\n]+)`")

// A command within a sentence is not run, but it is one that exists, with flags that exist.
func TestCommandsWithinSentencesExist(t *testing.T) {
	help := map[string]outcome{}
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range commandSpan.FindAllSubmatch(text, -1) {
			typed, _, _ := strings.Cut(string(match[1])+" ", " -- ")
			words, flags := wordsAndFlags(typed)
			asked := strings.Join(words, " ")
			if _, known := help[asked]; !known {
				help[asked] = run(t, words[0], append(words[1:], helpFlag(words))...)
			}
			assert.Zero(t, help[asked].code, "%s: %s: %s", page, match[1], help[asked].stderr)
			for _, flag := range flags {
				assert.Regexp(t, regexp.QuoteMeta(flag)+`\b`, help[asked].stdout, "%s: %s", page, match[1])
			}
		}
	}
}

// wordsAndFlags are the program with its command, and the flags without values.
func wordsAndFlags(typed string) (words, flags []string) {
	for word := range strings.FieldsSeq(typed) {
		name, _, _ := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(name, "--"):
			flags = append(flags, name)
		case len(flags) == 0 && regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(word):
			words = append(words, word)
		}
	}
	return words, flags
}

// helpFlag is the flag that lists all flags of a command.
func helpFlag(words []string) string {
	if len(words) == 1 || words[1] == "serve" || words[1] == "exec" {
		return "--help-all"
	}
	return "--help"
}
