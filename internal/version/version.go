package version

import (
	_ "embed"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the linker sets with -X; tools/ldflags.sh has the values.
var (
	described string // by git describe --tags --always --dirty --match 'v[0-9]*.[0-9]*.[0-9]*'
	commit    string // the whole hash
	time      string // of the commit, RFC 3339
)

// archive has the same three lines in a source archive made by git, and placeholders
// elsewhere. https://git-scm.com/docs/gitattributes#_creating_an_archive
//
//go:embed archive.txt
var archive string

// An Info says what a program was built from, and for which system.
type Info struct {
	// Version is a version of semver.org without a leading v, or Unknown.
	Version string `json:"version"`
	// Commit is the hash, "" if it is unknown; Time is that of the commit, RFC 3339.
	Commit string `json:"commit,omitempty"`
	Time   string `json:"time,omitempty"`

	Go   string `json:"go"` // version of Go
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// Unknown is the version of a program that was built without any record of its source.
const Unknown = "devel"

// Read returns what is known of the running program.
func Read() Info {
	build, _ := debug.ReadBuildInfo() // nil if there is none
	info := choose([]string{described, commit, time}, build, archive)
	info.Go, info.OS, info.Arch = runtime.Version(), runtime.GOOS, runtime.GOARCH
	return info
}

// String returns the version, and in parentheses the rest in a few words.
func (i Info) String() string {
	about := fmt.Sprintf("%s, %s/%s", i.Go, i.OS, i.Arch)
	if i.Commit != "" {
		about = "commit " + i.Commit[:min(len(i.Commit), shortHash)] + ", " + about
	}
	return i.Version + " (" + about + ")"
}

// shortHash is the number of digits that are printed of a hash.
const shortHash = 12

// choose returns the version of the first source that knows one.
func choose(linker []string, build *debug.BuildInfo, archive string) Info {
	if linker[0] != "" {
		return lines(linker)
	}
	if info, ok := recorded(build); ok {
		return info
	}
	if filled := strings.Split(strings.TrimRight(archive, "\n"), "\n"); len(filled) == 3 && !strings.HasPrefix(filled[1], "$") {
		return lines(filled)
	}
	return Info{Version: Unknown}
}

// lines makes an Info of the lines of [archive]. A repository without a tag has no
// description; its hash takes the place.
func lines(line []string) Info {
	description := line[0]
	if description == "" {
		description = line[1][:min(len(line[1]), shortHash)]
	}
	return Info{Version: semantic(description), Commit: line[1], Time: line[2]}
}

// recorded makes an Info of what the go command records.
func recorded(build *debug.BuildInfo) (info Info, ok bool) {
	if build == nil || build.Main.Version == "" || build.Main.Version == "(devel)" {
		return Info{}, false
	}
	info.Version = strings.TrimPrefix(build.Main.Version, "v")
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			info.Commit = setting.Value
		case "vcs.time":
			info.Time = setting.Value
		}
	}
	return info, true
}

// Day is the date of the commit, as 2026-12-01, "" if it is unknown.
func (i Info) Day() string { return i.Time[:min(len(i.Time), len("2026-12-01"))] }
