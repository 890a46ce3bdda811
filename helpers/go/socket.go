package apnssim

import (
	"context"
	"net"
	"net/http"
	"strings"
)

// socketPath is the path in the address of a control API that listens at a Unix domain socket,
// unix:PATH.
func socketPath(control string) (path string, ok bool) { return strings.CutPrefix(control, "unix:") }

// baseURL is what the paths of the control API are appended to.
func baseURL(control string) string {
	if _, ok := socketPath(control); ok {
		return "http://localhost"
	}
	return control
}

// client makes the requests to a control API.
func client(control string) *http.Client {
	path, ok := socketPath(control)
	if !ok {
		return http.DefaultClient
	}
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
}
