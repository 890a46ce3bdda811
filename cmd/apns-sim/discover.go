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

// errUnreachable says that nobody answers.
var errUnreachable = errors.New("the simulator does not answer")

// controlFlags say where the control API of a simulator is.
type controlFlags struct {
	Control      string `default:"http://${listen_control}" placeholder:"URL" help:"The control API, which says where everything is (${default})."`
	ControlToken string `placeholder:"TOKEN" help:"The bearer token that the control API demands, if it does."`
}

// check wants a URL to which a path can be added.
func (f *controlFlags) check() error {
	u, err := url.Parse(f.Control)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--control is %q; write a URL, for instance http://127.0.0.1:8197", f.Control)
	}
	f.Control = strings.TrimRight(f.Control, "/")
	return nil
}

// discover asks the control API for the ready record.
func discover(ctx context.Context, control, token string) (info sim.Info, err error) {
	body, err := get(ctx, control+"/v1/info", token)
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("%s/v1/info: %w", control, err)
	}
	return info, nil
}

func get(ctx context.Context, address, token string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, usageError{err}
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; start it with apns-sim serve, or name it with --control", errUnreachable, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
		if response.StatusCode == http.StatusUnauthorized {
			err = fmt.Errorf("%w; give the token with --control-token", err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return body, nil
}
