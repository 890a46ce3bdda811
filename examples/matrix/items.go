package main

import "strings"

// An item is what every library has to show.
type item struct {
	column  string // head of its column
	test    string // name of its test, in words
	meaning string // for the page
}

// items is the one list of what is run for each library.
var items = []item{
	{"JWT", "a provider token is accepted", "A push with a provider token is accepted and delivered."},
	{"certificate", "a provider certificate is accepted", "A push with a provider certificate is accepted and delivered."},
	{"reason", "a refusal names its reason", "The library reports the reason of a rejected push."},
	{"410", "a removed app is gone since a time", "The library reports `Unregistered` and its timestamp."},
	{"payload", "the device receives the exact payload", "The device receives the payload that the library sent, byte for byte."},
	{"429", "too many requests", "How the library handles an injected `TooManyRequests`."},
	{"503", "service unavailable", "How the library handles an injected `ServiceUnavailable`."},
	{"GOAWAY", "no answered push is lost in a goaway", "After a GOAWAY in the middle of a batch, every push that was answered with 200 is delivered (checked by apns-id)."},
	{"new JWT", "the provider token is renewed", "A provider token that is an hour old is rejected; the library replaces it, and the new one is accepted."},
	{"1,000", "a thousand pushes arrive", "A thousand pushes at the library's default concurrency are all delivered (checked by apns-id)."},
}

// key reduces the name of a test to its letters and digits, so that every language
// can spell it as it does: TestARefusalNamesItsReason, test_a_refusal_names_its_reason.
func key(name string) string {
	name, _, _ = strings.Cut(name, "(") // Java's parameters
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b.WriteRune(c)
		}
	}
	return strings.TrimPrefix(b.String(), "test")
}
