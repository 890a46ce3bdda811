// Package secret removes private keys, provider tokens and passwords from errors, since
// errors are logged and pasted into issues.
package secret

import (
	"regexp"
	"strconv"
	"strings"
)

const privateKey = "(a private key, not shown)"

// block matches a private key in PEM (RFC 7468, 10 and 11), up to the end of the text if
// the last line is missing. The group is its content.
var block = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE(?s:(.*?)-----END [A-Z0-9 ]*PRIVATE KEY-----|(.*))`)

// keyData distinguishes a key from a text that only mentions the lines around one: it
// begins like a DER sequence or an old encrypted key (RFC 1421, 4.6), or has base64 that is
// longer than words are.
var keyData = regexp.MustCompile(`^(?: KEY)?-*(?:\\[rn]|[\s"',\[\]])*(?:M[A-P]|Proc-Type)|[A-Za-z0-9+/=]{16,}`)

// hideKey returns the replacement of a block.
func hideKey(text string) string {
	held := block.FindStringSubmatch(text)
	if keyData.MatchString(held[1] + held[2]) {
		return privateKey
	}
	return text
}

// shapes match secrets by their form, each with its replacement.
var shapes = []struct {
	shape *regexp.Regexp
	shown string
}{
	// The base64 of a block without its lines: PKCS#8 of an EC P-256 or an RSA key, and SEC 1.
	{regexp.MustCompile(`(?:MI[GI][A-Za-z0-9+/]{1,3}(?:AgEAMBMG|IBADANBg)|MHcCAQEE)[A-Za-z0-9+/=]+(?:(?:\\r|\\n|\s)+[A-Za-z0-9+/=]{16,})*`), privateKey},
	// RFC 7519, 3: the header of a token is an object, and so begins with {"
	{regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`), "(a provider token, not shown)"},
}

// leastLength is the minimum length, in bytes, of a value that is hidden wherever it
// occurs. Shorter values occur in ordinary words.
const leastLength = 6

// Hide returns text without the values and without everything that looks like a secret.
func Hide(text string, values ...string) string {
	for _, value := range values {
		for _, form := range []string{value, quoted(value)} {
			if len(form) >= leastLength {
				text = strings.ReplaceAll(text, form, "(not shown)")
			}
		}
	}
	text = block.ReplaceAllStringFunc(text, hideKey)
	for _, s := range shapes {
		text = s.shape.ReplaceAllLiteralString(text, s.shown)
	}
	return text
}

// quoted is a value as %q writes it, without the quotes.
func quoted(value string) string {
	q := strconv.Quote(value)
	return q[1 : len(q)-1]
}

// Error returns err with a text from which secrets are hidden; nil if it is nil.
func Error(err error, values ...string) error {
	if err == nil {
		return nil
	}
	return hidden{err, Hide(err.Error(), values...)}
}

type hidden struct {
	error
	text string
}

func (h hidden) Error() string { return h.text }
func (h hidden) Unwrap() error { return h.error }

// Values returns the values of flags in a command line, written as --flag=value or as
// --flag value.
func Values(args []string, flags ...string) (values []string) {
	for i, arg := range args {
		for _, flag := range flags {
			if value, ok := strings.CutPrefix(arg, "--"+flag+"="); ok {
				values = append(values, value)
			} else if arg == "--"+flag && i+1 < len(args) {
				values = append(values, args[i+1])
			}
		}
	}
	return values
}

// JoinKey joins a flag and the private key that follows it into one argument. Otherwise
// the flag parser takes the dashes of the key for another flag; and a shell splits a key
// that is not quoted.
func JoinKey(args []string, flag string) []string {
	for i := range args {
		if args[i] != "--"+flag || i+1 == len(args) || !strings.HasPrefix(args[i+1], "-----BEGIN") {
			continue
		}
		end := i + 2
		for text := args[i+1]; end < len(args) && !complete.MatchString(text); end++ {
			text += " " + args[end]
		}
		joined := append(args[:i:i], "--"+flag+"="+strings.Join(args[i+1:end], " "))
		return append(joined, args[end:]...)
	}
	return args
}

var complete = regexp.MustCompile(`-----END [A-Z0-9 ]*KEY-----`)
