package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Target is a URL and the filter of the events that it gets.
type Target struct {
	url    *url.URL
	filter filters.Filter
}

// ParseTarget reads a URL. Its fragment, which is never sent, has the filter words as in the
// query of the control API: http://127.0.0.1:3000/events#topic=com.example.*&state=delivered.
// No error shows the URL, which may have a password.
func ParseTarget(text string, now time.Time) (Target, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Target{}, errors.New("it is not an HTTP URL; write one such as http://127.0.0.1:3000/events#topic=com.example.*")
	}
	words, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		return Target{}, fmt.Errorf("the filter after # cannot be read: %w", err)
	}
	t := Target{url: u}
	u.Fragment, u.RawFragment = "", ""
	t.filter, err = filters.Parse(words, now)
	return t, err
}

// Name is the URL without path, query and user: these may be secret.
func (t Target) Name() string { return t.url.Scheme + "://" + t.url.Host }

// Filter says which events are sent.
func (t Target) Filter() string { return t.filter.String() }

// The length of a secret in bytes.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
const (
	minSecret = 24
	maxSecret = 64
)

// secretPrefix begins a secret for symmetric signatures.
const secretPrefix = "whsec_"

// ParseSecret reads a secret; "" is none. No error shows it.
func ParseSecret(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(secret) < minSecret || len(secret) > maxSecret {
		return nil, fmt.Errorf("it is not %s and %d to %d bytes in base64, for instance of: openssl rand -base64 32", secretPrefix, minSecret, maxSecret)
	}
	return secret, nil
}
