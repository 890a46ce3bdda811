package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

const (
	// controlTimeout is the maximum duration of a request to the control API.
	controlTimeout = 15 * time.Second
	// maxResponse is the longest response that is read, in bytes.
	maxResponse = 1 << 20
)

// A control is a client of the control API, for the requests of a device.
type control struct {
	url    string
	token  string                                                               // the bearer token; "" sends none
	dial   func(ctx context.Context, network, address string) (net.Conn, error) // nil is the usual one
	client *http.Client
}

func newControl(url, token string) *control {
	return &control{
		token:  token,
		url:    controlapi.BaseURL(url),
		dial:   controlapi.Dialer(url),
		client: &http.Client{Timeout: controlTimeout, Transport: &http.Transport{DisableKeepAlives: true, DialContext: controlapi.Dialer(url)}},
	}
}

// keepConnections makes requests share connections, for fleets.
func (c *control) keepConnections() {
	c.client.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DialContext: c.dial}
}

// close closes the connections that were kept.
func (c *control) close() { c.client.CloseIdleConnections() }

// A problem is an error of the control API: RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// rootPEM fetches the certificate of the root.
func (c *control) rootPEM(ctx context.Context) ([]byte, error) {
	return c.do(ctx, http.MethodGet, "/v1/ca.pem", nil)
}

// post sends and receives JSON.
func (c *control) post(ctx context.Context, path string, question, response any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	reply, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(reply, response); err != nil {
		return &failure{
			code: exitFailure, err: fmt.Errorf("%s%s did not answer with JSON: %w", c.url, path, err),
			remedy: "set --control to the control address that apns-sim shows in its ready record",
		}
	}
	return nil
}

// do makes one request. A response that is not of the 200 class is an error.
func (c *control) do(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, &failure{code: exitUsage, err: fmt.Errorf("--control %q: %w", c.url, err), remedy: "use a URL like http://127.0.0.1:8197"}
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, &failure{
			code: exitUnreachable, err: fmt.Errorf("cannot reach the simulator's control API: %w", err),
			remedy: "start it with apns-sim serve, or set --control to the address of its control API",
		}
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return nil, fmt.Errorf("read the response of %s%s: %w", c.url, path, err)
	}
	if response.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s%s: %s", c.url, path, explain(response, content))
	}
	return content, nil
}

// explain returns the problem in a response, or its status.
func explain(response *http.Response, content []byte) string {
	var p problem
	if err := json.Unmarshal(content, &p); err != nil || p.Title == "" {
		return response.Status
	}
	return strings.TrimSuffix(fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail), ": ")
}
