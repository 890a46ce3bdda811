package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/printable"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A remote is the control API of a running simulator, as the commands ask it.
type remote struct {
	controlFlags
	JSON bool `name:"json" help:"Print one JSON object per line."`
}

// maxResponse bounds what is read of a response, in bytes.
const maxResponse = 64 << 20

// An apiError is an error response of the control API.
type apiError struct {
	status int
	detail string // of the problem document, with the remedy
	body   []byte
}

// Error returns the detail, in one line.
func (r *apiError) Error() string { return printable.Text(r.detail) }

// call sends a request and decodes the response into out, which may be nil. The error
// is an [*apiError] if the simulator rejects the request; if it cannot parse a value, it is a
// usageError as well.
func (r *remote) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	response, err := r.send(ctx, method, path, query, in)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// listAll returns all entries of a list of the control API, whose responses name it as the
// path does; it follows the pages.
func listAll[T any](ctx context.Context, r *remote, list string, query url.Values) (all []T, err error) {
	asked := url.Values{}
	maps.Copy(asked, query)
	for {
		var page map[string]json.RawMessage
		if err := r.call(ctx, http.MethodGet, "/v1/"+list, asked, nil, &page); err != nil {
			return nil, err
		}
		var entries []T
		if err := json.Unmarshal(page[list], &entries); err != nil {
			return nil, fmt.Errorf("/v1/%s: %s: %w", list, list, err)
		}
		all = append(all, entries...)
		var next string
		if text, ok := page["next"]; ok {
			if err := json.Unmarshal(text, &next); err != nil {
				return nil, fmt.Errorf("/v1/%s: next: %w", list, err)
			}
		}
		if next == "" {
			return all, nil
		}
		asked.Set("after", next)
	}
}

// narrowedTo is the query of what is narrowed to a space; "" is everything.
func narrowedTo(team string) url.Values {
	query := url.Values{}
	if team != "" {
		query.Set("space", team)
	}
	return query
}

// send sends a request. The response is a success, and for the caller to close.
func (f *controlFlags) send(ctx context.Context, method, path string, query url.Values, in any) (*http.Response, error) {
	if err := f.check(); err != nil {
		return nil, usageError{err}
	}
	var content io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	address := controlapi.BaseURL(f.Control) + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return nil, usageError{err}
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if f.ControlToken != "" {
		request.Header.Set("Authorization", "Bearer "+f.ControlToken)
	}
	response, err := f.client().Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; start it with apns-sim serve, or set its address with --control", errUnreachable, err)
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return response, nil
	}
	defer response.Body.Close()
	return nil, readError(response)
}

// readError reads a problem document.
func readError(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	var problem struct{ Detail string }
	if err := json.Unmarshal(body, &problem); err != nil || problem.Detail == "" {
		problem.Detail = response.Status // perhaps it is not a control API
	}
	apiErr := &apiError{response.StatusCode, problem.Detail, body}
	switch response.StatusCode {
	case http.StatusUnauthorized:
		apiErr.detail = "401 Unauthorized; set the token with --control-token"
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return usageError{apiErr}
	}
	return apiErr
}

// segment writes a word as a part of a path.
func segment(word string) string { return "/" + url.PathEscape(word) }

// show prints a list: a line of JSON for each, or a table with a head and a row for
// each.
func show[T any](c *console, asJSON bool, list []T, head string, row func(*T) []string) error {
	if asJSON {
		for i := range list {
			if err := c.encode(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	rows := make([]string, 0, len(list)+1)
	rows = append(rows, head)
	for i := range list {
		rows = append(rows, line(row(&list[i])...))
	}
	return printTable(c.stdout, strings.Join(rows, "\n")+"\n")
}

// showOne prints one thing: as JSON, or its properties below each other.
func showOne(c *console, asJSON bool, value any, properties ...[2]string) error {
	if asJSON {
		return c.encode(value)
	}
	var rows strings.Builder
	for _, p := range properties {
		if p[1] != "" {
			rows.WriteString(line(p[0], p[1]) + "\n")
		}
	}
	return printTable(c.stdout, rows.String())
}

// say prints a sentence about what was done, unless JSON was asked for.
func (r *remote) say(c *console, format string, args ...any) error {
	if r.JSON {
		return nil
	}
	return c.print(format, args...)
}

// apiErrorWith returns the apiError in err if it has the status.
func apiErrorWith(err error, status int) (*apiError, bool) {
	r, ok := errors.AsType[*apiError](err)
	return r, ok && r.status == status
}

// errUnreachable says that the control API cannot be reached.
var errUnreachable = errors.New("the simulator is not reachable")

// controlFlags say where the control API of a simulator is.
type controlFlags struct {
	Control      string `default:"http://${listen_control}" placeholder:"URL" help:"URL of the simulator's control API, or unix: and the path of its socket."`
	ControlToken string `placeholder:"TOKEN" help:"Bearer token of the control API, if it requires one."`
}

// check wants a URL to which a path can be added.
func (f *controlFlags) check() error {
	if path, socket := controlapi.SocketPath(f.Control); socket && path != "" {
		return nil
	}
	u, err := url.Parse(f.Control)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--control is %q; write a URL such as http://127.0.0.1:8197", f.Control)
	}
	f.Control = strings.TrimRight(f.Control, "/")
	return nil
}

// client makes the requests. A socket has a client of its own, whose connections end with the
// response.
func (f *controlFlags) client() *http.Client {
	dial := controlapi.Dialer(f.Control)
	if dial == nil {
		return http.DefaultClient
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

// discover asks the control API for the ready record, with the addresses as they are reached
// from here.
func (f *controlFlags) discover(ctx context.Context) (info sim.Info, err error) {
	body, err := f.get(ctx, "/v1/info")
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("%s/v1/info: %w", f.Control, err)
	}
	if _, socket := controlapi.SocketPath(f.Control); socket {
		return info, nil
	}
	if at, err := url.Parse(f.Control); err == nil {
		info.ReachedAt(at.Hostname())
	}
	return info, nil
}

// credentials asks for what a provider of the default team pushes with.
func (f *controlFlags) credentials(ctx context.Context) (c controlapi.Credentials, err error) {
	body, err := f.get(ctx, "/v1/credentials")
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("%s/v1/credentials: %w", f.Control, err)
	}
	return c, nil
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
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", f.Control, path, err)
	}
	return body, nil
}
