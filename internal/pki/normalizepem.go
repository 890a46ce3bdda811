package pki

import (
	"bytes"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
)

// pemBlock is a block whose lines may have been joined.
var pemBlock = regexp.MustCompile(`(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END ([A-Z0-9 ]+)-----`)

// writtenOut are line breaks as they are written in variables, JSON and YAML.
var writtenOut = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n")

// normalizePEM restores PEM (RFC 7468, 2) that variables, editors or shells have changed.
func normalizePEM(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("the text is UTF-16, as some editors and shells write it: save it as UTF-8")
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	for _, quote := range []string{`"`, "'"} {
		if len(text) > 1 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
			text = text[1 : len(text)-1]
		}
	}
	text = writtenOut.Replace(text)
	if !strings.Contains(text, "-----BEGIN") {
		if inner, err := base64.StdEncoding.DecodeString(withoutSpace(text)); err == nil && bytes.Contains(inner, []byte("-----BEGIN")) {
			text = string(inner)
		}
	}
	return []byte(pemBlock.ReplaceAllStringFunc(text, func(block string) string {
		part := pemBlock.FindStringSubmatch(block)
		if strings.Contains(part[2], ":") { // headers, as in an old encrypted key
			return block
		}
		return "\n-----BEGIN " + part[1] + "-----\n" + lines(withoutSpace(part[2])) + "-----END " + part[3] + "-----\n"
	})), nil
}

func withoutSpace(text string) string { return strings.Join(strings.Fields(text), "") }

// lines breaks base64 after 64 characters: RFC 7468, 2.
func lines(text string) string {
	var b strings.Builder
	for ; len(text) > 64; text = text[64:] {
		b.WriteString(text[:64] + "\n")
	}
	b.WriteString(text + "\n")
	return b.String()
}

// explainNoPEM returns the error for a text without a PEM block.
func explainNoPEM(text []byte) error {
	begins, ends := bytes.Contains(text, []byte("-----BEGIN ")), bytes.Contains(text, []byte("-----END "))
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return errors.New("it is empty")
	case begins && !ends:
		return errors.New("its -----END PRIVATE KEY----- line is missing: give it whole; a shell needs quotes around it")
	case begins && bytes.Contains(text, []byte("4,ENCRYPTED")): // on one line
		return errEncrypted
	case begins:
		return errors.New("what stands between its -----BEGIN and -----END lines is no base64: copy it anew")
	}
	if der, err := base64.StdEncoding.DecodeString(withoutSpace(string(text))); err == nil && len(der) > 0 && der[0] == 0x30 {
		return errors.New("it is a key without its first and last line: put -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it")
	}
	if text[0] == 0x30 {
		return errors.New("it is DER: convert it with `openssl pkcs8 -inform DER -nocrypt`")
	}
	return errors.New("there is no PEM block in it, which begins with -----BEGIN PRIVATE KEY-----")
}
