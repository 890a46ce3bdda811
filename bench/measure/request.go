package main

import (
	"bytes"
	"fmt"
	"strconv"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
)

// A provider is what all pushes have in common.
type provider struct {
	authorization string
	topic         string
	tokens        []apns.DeviceToken // pushes go to them in turn
	paths         []string           // of the tokens
	once          bool               // apns-expiration is 0: now or never
}

func newProvider(authorization, topic string, tokens []apns.DeviceToken, once bool) *provider {
	p := &provider{authorization: authorization, topic: topic, tokens: tokens, once: once}
	for _, token := range tokens {
		p.paths = append(p.paths, pushPath(token))
	}
	return p
}

// pushPath is where pushes to a device token go.
func pushPath(token apns.DeviceToken) string { return "/3/device/" + token.String() }

// An encoder makes the header blocks of one connection, as Go's and Java's
// clients do: fields that come again are indexed, so that the provider token
// crosses the wire once. Path and id are literals.
type encoder struct {
	provider  *provider
	authority string
	block     bytes.Buffer
	hpack     *hpack.Encoder
}

func newEncoder(p *provider, authority string) *encoder {
	e := &encoder{provider: p, authority: authority}
	e.hpack = hpack.NewEncoder(&e.block)
	return e
}

// request returns the header block of push number n, valid until the next call.
func (e *encoder) request(n int) ([]byte, error) {
	e.block.Reset()
	p := e.provider
	fields := [...]hpack.HeaderField{
		{Name: ":method", Value: "POST"},
		{Name: ":scheme", Value: "https"},
		{Name: ":path", Value: p.paths[n%len(p.paths)], Sensitive: true},
		{Name: ":authority", Value: e.authority},
		{Name: "user-agent", Value: "apns-sim-bench"},
		{Name: "content-length", Value: strconv.Itoa(payloadSize)},
		{Name: apns.HeaderAuthorization, Value: p.authorization},
		{Name: apns.HeaderTopic, Value: p.topic},
		{Name: apns.HeaderPushType, Value: string(apns.Alert)},
		{Name: apns.HeaderID, Value: fmt.Sprintf("eabeae54-14a8-11e5-b60b-%012x", n), Sensitive: true},
		{Name: apns.HeaderExpiration, Value: "0"},
	}
	wanted := fields[:]
	if !p.once {
		wanted = fields[:len(fields)-1]
	}
	for _, f := range wanted {
		if err := e.hpack.WriteField(f); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
	}
	return e.block.Bytes(), nil
}
