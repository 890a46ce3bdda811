package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// A payload of 200 bytes, as notifications have on average, with a number of
// fixed width by which a push is known again.
const (
	payloadSize   = 200
	payloadDigits = 9
	payloadTail   = `"}`
)

var payloadHead = func() []byte {
	const begin, end = `{"aps":{"alert":{"title":"Bench","body":"`, `"},"sound":"default"},"number":"`
	filler := bytes.Repeat([]byte("."), payloadSize-len(begin)-len(end)-payloadDigits-len(payloadTail))
	return append(append([]byte(begin), filler...), end...)
}()

// payload writes the payload of push number n to dst and returns it.
func payload(dst []byte, n int) []byte {
	return fmt.Appendf(append(dst[:0], payloadHead...), "%0*d%s", payloadDigits, n, payloadTail)
}

// payloadNumber returns the number of a payload. It reports false if any byte is
// not as [payload] has made it.
func payloadNumber(p []byte) (n int, ok bool) {
	if len(p) != payloadSize || !bytes.HasPrefix(p, payloadHead) || string(p[payloadSize-len(payloadTail):]) != payloadTail {
		return 0, false
	}
	n, err := strconv.Atoi(string(p[len(payloadHead) : len(payloadHead)+payloadDigits]))
	return n, err == nil && n >= 0
}
