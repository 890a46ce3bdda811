package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// sendCommand is a provider of one push.
type sendCommand struct {
	Token      string `required:"" placeholder:"HEX" help:"The device token."`
	Topic      string `placeholder:"TOPIC" help:"apns-topic; the default team's app when absent."`
	Payload    string `default:"${payload}" placeholder:"JSON" help:"The payload; @FILE reads a file, - standard input."`
	PushType   string `default:"alert" help:"apns-push-type (${default}); empty sends none."`
	Priority   string `placeholder:"N" help:"apns-priority: 10, 5 or 1."`
	Expiration string `placeholder:"SECONDS" help:"apns-expiration, UNIX seconds; 0 is one attempt."`
	CollapseID string `placeholder:"ID" help:"apns-collapse-id."`
	ID         string `name:"id" placeholder:"UUID" help:"apns-id."`

	Environment string `enum:"production,sandbox" default:"production" help:"Where to push: ${enum}."`
	Control     string `default:"http://127.0.0.1:8197" placeholder:"URL" help:"The control API, which says where everything is (${default})."`
	KeyFile     string `placeholder:"FILE" help:"Sign with this .p8; the default team's when absent."`
	Team        string `help:"The team of --key-file."`
	KeyID       string `help:"The key ID of --key-file; read from its name when absent."`
	Certificate string `placeholder:"FILE" help:"Connect with this provider certificate and key (PEM) instead of a token."`
	JSON        bool   `name:"json" help:"Print the answer as JSON."`
}

// errUnreachable says that nobody answers.
var errUnreachable = errors.New("the simulator does not answer")

const sendTimeout = 15 * time.Second

// Run sends the push and prints the answer. A refusal is a failure.
func (s *sendCommand) Run(ctx context.Context, c *console) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	payload, err := s.payload(c)
	if err != nil {
		return usageError{err}
	}
	where, err := discover(ctx, s.Control)
	if err != nil {
		return err
	}
	request, err := s.request(ctx, where, payload)
	if err != nil {
		return usageError{err}
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return s.print(c, response, body)
}

func (s *sendCommand) payload(c *console) ([]byte, error) {
	switch {
	case s.Payload == "-":
		return io.ReadAll(c.stdin)
	case strings.HasPrefix(s.Payload, "@"):
		return os.ReadFile(s.Payload[1:])
	}
	return []byte(s.Payload), nil
}

// discover asks the control API for the ready record.
func discover(ctx context.Context, control string) (info sim.Info, err error) {
	body, err := get(ctx, control+"/v1/info")
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return info, fmt.Errorf("%s/v1/info: %w", control, err)
	}
	return info, nil
}

func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, usageError{err}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; start it with apns-sim serve, or name it with --control", errUnreachable, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", response.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return body, nil
}

// request makes the push. Empty flags send no header.
func (s *sendCommand) request(ctx context.Context, where sim.Info, payload []byte) (*http.Request, error) {
	base := where.Provider
	if s.Environment == apns.Sandbox.String() {
		base = where.ProviderSandbox
	}
	if base == "" {
		return nil, fmt.Errorf("the simulator has no provider API for %s; see its --listen flags", s.Environment)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/3/device/"+s.Token, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	if s.Topic == "" {
		s.Topic = where.Demo.Topic
	}
	for header, value := range map[string]string{
		apns.HeaderTopic: s.Topic, apns.HeaderPushType: s.PushType, apns.HeaderPriority: s.Priority,
		apns.HeaderExpiration: s.Expiration, apns.HeaderCollapseID: s.CollapseID, apns.HeaderID: s.ID,
	} {
		if value != "" {
			request.Header.Set(header, value)
		}
	}
	if s.Certificate != "" {
		return request, nil
	}
	token, err := s.providerToken(where.Demo)
	if err != nil {
		return nil, err
	}
	request.Header.Set(apns.HeaderAuthorization, "bearer "+token)
	return request, nil
}

func (s *sendCommand) providerToken(demo sim.Demo) (string, error) {
	file, team, id := s.KeyFile, s.Team, s.KeyID
	switch {
	case file == "":
		file, team, id = demo.KeyFile, demo.TeamID, demo.KeyID
	case team == "":
		return "", errors.New("--key-file needs --team, the team the key belongs to")
	}
	key, err := sim.LoadSigningKey(file, team, id)
	if err != nil {
		return "", err
	}
	return providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
}

// client trusts the simulator's root alone.
func (s *sendCommand) client(ctx context.Context) (*http.Client, error) {
	root, err := get(ctx, s.Control+"/v1/ca.pem")
	if err != nil {
		return nil, err
	}
	trust := &tls.Config{RootCAs: x509.NewCertPool()}
	if !trust.RootCAs.AppendCertsFromPEM(root) {
		return nil, fmt.Errorf("%s/v1/ca.pem has no certificate", s.Control)
	}
	if s.Certificate != "" {
		certificate, err := tls.LoadX509KeyPair(s.Certificate, s.Certificate)
		if err != nil {
			return nil, badUsage("--certificate: %w", err)
		}
		trust.Certificates = []tls.Certificate{certificate}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}}, nil
}

// An answer is what APNs said, for --json.
type answer struct {
	Status   int         `json:"status"`
	ID       string      `json:"apnsId,omitempty"`
	UniqueID string      `json:"apnsUniqueId,omitempty"`
	Reason   apns.Reason `json:"reason,omitempty"`
	// Timestamp goes with status 410, in milliseconds since 1970.
	Timestamp int64 `json:"timestamp,omitempty"`
}

func (s *sendCommand) print(c *console, response *http.Response, body []byte) error {
	a := answer{
		Status:   response.StatusCode,
		ID:       response.Header.Get(apns.HeaderID),
		UniqueID: response.Header.Get(apns.HeaderUniqueID),
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("the answer, status %d, is not APNs's: %w", a.Status, err)
		}
	}
	var err error
	if s.JSON {
		err = json.NewEncoder(c.stdout).Encode(a)
	} else {
		_, err = fmt.Fprintln(c.stdout, a)
	}
	if err == nil && a.Status != http.StatusOK {
		return errSaid
	}
	return err
}

// String is the answer for a reader, with what Apple says of the reason.
func (a answer) String() string {
	if a.Reason == "" {
		return fmt.Sprintf("%d accepted, apns-id %s", a.Status, a.ID)
	}
	text := fmt.Sprintf("%d %s, apns-id %s", a.Status, a.Reason, a.ID)
	if info := apns.LookupReason(a.Reason); info != nil {
		text += fmt.Sprintf("\n%s Retry: %s.", info.Meaning, info.Retry)
	}
	return text
}
