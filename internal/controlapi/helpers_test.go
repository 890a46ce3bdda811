package controlapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// A helper is the package of a language in which tests tell devices what to do.
type helper struct {
	file string // below helpers
	// method is a pattern of the declaration of a method and of the action that it asks for.
	method string
	spell  func(action string) string // an action as the name of a method
	topic  string                     // a pattern of an argument of a method that takes the topic of an app
}

var helpers = map[string]helper{
	"Go": {"go/device.go", `func \(d \*Device\) (\w+)\((.*?)\)[^{\n]*\{[^}]*?d\.act\("([\w-]+)"`, func(action string) string {
		camel := camelCase(action)
		return strings.ToUpper(camel[:1]) + camel[1:]
	}, `topic`},
	"Node":   {"node/lib/device.js", `(?m)^  (?:async )?(\w+)\((.*?)\) \{[^}]*?this\.#act\('([\w-]+)'`, camelCase, `topic`},
	"Python": {"python/apns_sim/space.py", `(?m)^    def (\w+)\(self(.*?)\):\n        """.*"""\n        self\._act\("([\w-]+)"`, func(action string) string { return strings.ReplaceAll(action, "-", "_") }, `topic`},
	"Java":   {"java/src/main/java/apnssim/Device.java", `public \w+ (\w+)\((.*?)\) \{\n        act\("([\w-]+)"`, camelCase, `String topic`},
}

// camelCase spells low-power as lowPower.
func camelCase(action string) string {
	words := strings.Split(action, "-")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

func TestEachHelperHasAMethodForEachDeviceAction(t *testing.T) {
	for language, h := range helpers {
		t.Run(language, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join("../../helpers", h.file))
			require.NoError(t, err)
			methods, takeTopic := map[string]string{}, map[string]bool{}
			for _, found := range regexp.MustCompile(h.method).FindAllStringSubmatch(string(source), -1) {
				name, arguments, action := found[1], found[2], found[3]
				methods[action] = name
				takeTopic[action] = regexp.MustCompile(h.topic).MatchString(arguments)
			}
			for _, a := range controlapi.DeviceActions() {
				assert.Equal(t, h.spell(a.Name), methods[a.Name], "the method for %s in helpers/%s", a.Name, h.file)
				assert.Equal(t, a.App, takeTopic[a.Name], "whether the method for %s takes a topic", a.Name)
				delete(methods, a.Name)
			}
			assert.Empty(t, methods, "methods for actions that are not in the table of internal/controlapi")
		})
	}
}

func TestTheTypesOfTheNodeHelperHaveEachDeviceAction(t *testing.T) {
	types, err := os.ReadFile("../../helpers/node/lib/index.d.ts")
	require.NoError(t, err)
	for _, a := range controlapi.DeviceActions() {
		argument := ""
		if a.App {
			argument = "topic?: string"
		}
		assert.Contains(t, string(types), "\n  "+camelCase(a.Name)+"("+argument+"): Promise<")
	}
}

func TestThePageOfTheHelpersNamesEachDeviceAction(t *testing.T) {
	page, err := os.ReadFile("../../docs/helpers.md")
	require.NoError(t, err)
	_, list, found := strings.Cut(string(page), "Devices can be told ")
	require.True(t, found)
	list, _, _ = strings.Cut(list, "The\nnames are those of")
	for _, a := range controlapi.DeviceActions() {
		assert.Contains(t, list, "`"+a.Name+"`")
	}
}
