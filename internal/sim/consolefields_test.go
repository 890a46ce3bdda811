package sim_test

import (
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// readyFields are the paths of the fields of a struct in JSON, as caFile and
// defaultTeam.teamId.
func readyFields(t reflect.Type, prefix string) map[string]bool {
	fields := map[string]bool{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[prefix+name] = true
		if f.Type.Kind() == reflect.Struct {
			for path := range readyFields(f.Type, prefix+name+".") {
				fields[path] = true
			}
		}
	}
	return fields
}

// usedField is a field of the ready record that a script of the console uses: it has the record
// in info, which is a signal or its value, or in record.
var usedField = regexp.MustCompile(`\b(?:info\.value|info|record)\??\.(\w+)(?:\??\.(\w+))?`)

// Browsers take a field that is not there for undefined, and say nothing.
func TestTheConsoleUsesFieldsThatTheReadyRecordHas(t *testing.T) {
	fields := readyFields(reflect.TypeFor[sim.Info](), "")
	require.Contains(t, fields, "defaultTeam.teamId")
	used := map[string]bool{}
	web := os.DirFS("../console/web")
	require.NoError(t, fs.WalkDir(web, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".js") {
			return err
		}
		text, err := fs.ReadFile(web, file)
		for _, found := range usedField.FindAllStringSubmatch(string(text), -1) {
			path := found[1]
			if found[2] != "" && fields[path] {
				path += "." + found[2]
			}
			if path != "value" && found[1] != "slice" { // info itself, and a list
				used[path] = true
				assert.True(t, fields[path], "%s uses %s of the ready record, which has no such field", file, path)
			}
		}
		return err
	}))
	assert.Contains(t, used, "caFile")
	assert.Contains(t, used, "defaultTeam.teamId")
}
