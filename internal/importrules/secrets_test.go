package importrules

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// privateKey finds a PEM block with a private key in it, also inside a string
// literal. The bare words, in code and in prose, are no key.
var privateKey = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----(\\[nr]|[^A-Za-z0-9])*(Proc-Type|[A-Za-z0-9+/=]{20})`)

func TestNoPrivateKeyIsInTheRepository(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skipf("not a git checkout, so there is nothing to tell ignored files from the others: %v", err)
	}
	listed, err := run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	require.NoError(t, err)
	kept := map[string]bool{}
	for path := range strings.SplitSeq(string(listed), "\x00") {
		kept[path] = true
	}
	for _, path := range files(t) {
		if !kept[path] {
			continue // ignored by git, as the keys of `make certs` are
		}
		content, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		assert.Falsef(t, privateKey.Match(content), "%s holds a private key: generate it when it is needed", path)
	}
}

func TestPrivateKeysAreRecognized(t *testing.T) {
	const begin = "-----BEGIN " + "PRIVATE KEY-----"
	rows := []struct {
		text string
		want bool
	}{
		{begin + "\nMIGHAgEAMBMGByqGSM49AgEG\n", true},
		{begin + `\nMIGHAgEAMBMGByqGSM49AgEG\n`, true},
		{begin + "\\n\" +\n\t\"MIGHAgEAMBMGByqGSM49AgEG", true},
		{"-----BEGIN RSA " + "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", true},
		{"-----BEGIN CERTIFICATE-----\nMIGHAgEAMBMGByqGSM49AgEG\n", false},
		{`&pem.Block{Type: "PRIVATE KEY", Bytes: der}`, false},
		{"the file begins with " + begin + " and a line break", false},
	}
	for _, row := range rows {
		assert.Equal(t, row.want, privateKey.MatchString(row.text), row.text)
	}
}
