package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// errUnreachable says that the control API cannot be reached.
var errUnreachable = errors.New("the simulator is not reachable")

// controlFlags say where the control API of a simulator is.
type controlFlags struct {
	Control      string `default:"http://${listen_control}" placeholder:"URL" help:"URL of the simulator's control API."`
	ControlToken string `placeholder:"TOKEN" help:"Bearer token of the control API, if it requires one."`
}

// check wants a URL to which a path can be added.
func (f *controlFlags) check() error {
	u, err := url.Parse(f.Control)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--control is %q; write a URL such as http://127.0.0.1:8197", f.Control)
	}
	f.Control = strings.TrimRight(f.Control, "/")
	return nil
}

// discover asks the control API for the ready record.
func (f *controlFlags) discover(ctx context.Context) (info sim.Info, err error) {
	body, err := f.get(ctx, "/v1/info")
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("%s/v1/info: %w", f.Control, err)
	}
	return info, nil
}

// get asks for something as it is.
func (f *controlFlags) get(ctx context.Context, path string) ([]byte, error) {
	response, err := f.send(ctx, http.MethodGet, path, nil, nil)
	if apiErr, ok := errors.AsType[*apiError](err); ok {
		return nil, fmt.Errorf("%s%s: %w", f.Control, path, apiErr)
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", f.Control, path, err)
	}
	return body, nil
}
