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

// courier returns the address of the courier of an environment: server, if it is set,
// otherwise the address from the control API. If the control API does not respond, it is the
// default address, since a device with certificate and root needs no control API.
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
		return usual, nil //nolint:nilerr // The next request reports the error if the control API is needed.
	case address == "":
		return "", &failure{
			code: exitUnreachable, err: errors.New("the simulator has no courier for this environment"),
			remedy: "start apns-sim with --listen-device or --listen-device-sandbox, or set --server",
		}
	}
	return c.near(address), nil
}

// near returns an address at which this machine reaches the simulator: a loopback address
// from a simulator on another machine is that machine's own.
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
