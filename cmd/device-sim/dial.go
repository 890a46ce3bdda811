package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/apns-sim/apns-sim/internal/device"
)

// dial opens a TCP connection.
func dial(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

// appleDomain is the domain of Apple's servers. A redirect to it goes to the simulator,
// which replaces all couriers.
const appleDomain = ".apple.com"

// redirected returns the address for the host of a redirect: with the same port, and never
// one of Apple's servers.
func redirected(server, host string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name = host
		if _, port, err = net.SplitHostPort(server); err != nil {
			return server
		}
	}
	if strings.HasSuffix("."+strings.ToLower(strings.TrimSuffix(name, ".")), appleDomain) {
		return server
	}
	return net.JoinHostPort(name, port)
}

// firstConnectFailed explains why the first connection failed.
func firstConnectFailed(server string, err error) *failure {
	f := &failure{code: exitFailure, err: fmt.Errorf("cannot connect to the courier at %s: %w", server, err)}
	op, isNet := errors.AsType[*net.OpError](err)
	_, isTrust := errors.AsType[x509.UnknownAuthorityError](err)
	_, isRefused := errors.AsType[*device.RejectedError](err)
	switch {
	case isNet && op.Op == "dial":
		f.code = exitUnreachable
		f.remedy = "start the simulator with apns-sim serve, or set --server to its device address"
	case isTrust:
		f.remedy = "another authority issued the server's certificate: check --server, and --ca or --control"
	case !isRefused:
		f.remedy = "check that --server is the device address of apns-sim (5223 in production, 5224 in the sandbox)"
	}
	return f
}
