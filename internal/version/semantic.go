package version

import (
	"fmt"
	"regexp"
	"strconv"
)

var (
	// tagged is a description that has a tag: the three numbers, a pre-release, the
	// number of commits since and the hash of the last one, and changes without a commit.
	tagged = regexp.MustCompile(`^v(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+?)??(?:-(\d+)-g([0-9a-f]+))?(-dirty)?$`)
	// untagged is one of a repository without a tag.
	untagged = regexp.MustCompile(`^([0-9a-f]{4,64})(-dirty)?$`)
)

// semantic turns a description by git into a version of semver.org. Commits after a tag
// are a pre-release of the next patch, so that it comes after the tag in the order of
// versions: v0.9.0-12-gabc1234 is 0.9.1-dev.12+gabc1234. Anything else is [Unknown].
// https://semver.org/#spec-item-11
func semantic(description string) string {
	if m := untagged.FindStringSubmatch(description); m != nil {
		return "0.0.0-dev+g" + m[1] + dirty(m[2], ".")
	}
	m := tagged.FindStringSubmatch(description)
	if m == nil {
		return Unknown
	}
	major, minor, patch, preRelease, commits, hash := m[1], m[2], m[3], m[4], m[5], m[6]
	if commits == "" {
		return fmt.Sprintf("%s.%s.%s%s", major, minor, patch, preRelease) + dirty(m[7], "+")
	}
	if preRelease == "" {
		patch, preRelease = next(patch), "-dev"
	} else {
		preRelease += ".dev"
	}
	return fmt.Sprintf("%s.%s.%s%s.%s+g%s", major, minor, patch, preRelease, commits, hash) + dirty(m[7], ".")
}

// dirty is what is appended to a version for changes that are in no commit.
func dirty(found, separator string) string {
	if found == "" {
		return ""
	}
	return separator + "dirty"
}

// next returns the number after one that is written in digits.
func next(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil { // more digits than an int has
		return digits
	}
	return strconv.Itoa(n + 1)
}
