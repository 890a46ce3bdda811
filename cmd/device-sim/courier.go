package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/apns-sim/apns-sim/apns"
)

// courier gives the address of the courier of an environment: server, if it was given,
// otherwise what the control API says. A device with everything of its own needs no
// control API; if that does not answer, it is the address at which couriers listen
// unless told otherwise.
func (c *control) courier(ctx context.Context, server string, env apns.Environment) (string, error) {
	if server != "" {
		return server, nil
	}
	var info struct{ Device, DeviceSandbox string }
	reply, err := c.do(ctx, http.MethodGet, "/v1/info", nil)
	if err == nil {
		err = json.Unmarshal(reply, &info)
	}
	address, usual := info.Device, productionServer
	if env == apns.Sandbox {
		address, usual = info.DeviceSandbox, sandboxServer
	}
	switch {
	case err != nil:
		return usual, nil //nolint:nilerr // Who needs the control API is told by the next request.
	case address == "":
		return "", &failure{
			code: exitUnreachable, err: errors.New("the simulator has no courier for this environment"),
			remedy: "start apns-sim with --listen-device or --listen-device-sandbox, or set --server",
		}
	}
	return c.near(address), nil
}

// near gives an address of the simulator as this machine reaches it: on loopback, a
// simulator elsewhere means its own.
func (c *control) near(address string) string {
	host, port, err := net.SplitHostPort(address)
	u, wrong := url.Parse(c.url)
	if err != nil || wrong != nil {
		return address
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return address
	}
	return net.JoinHostPort(u.Hostname(), port)
}
