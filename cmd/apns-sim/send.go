package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/printable"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// sendCommand is a provider of one push.
type sendCommand struct {
	Token      string `required:"" placeholder:"HEX" help:"Device token."`
	Topic      string `placeholder:"TOPIC" help:"apns-topic (default: the default team's app)."`
	Payload    string `default:"${payload}" placeholder:"JSON" help:"Payload; @FILE reads a file, - standard input (default: a short alert)."`
	PushType   string `default:"alert" placeholder:"TYPE" help:"apns-push-type; an empty value sends none (default: the push type of the topic, ${default} for a bundle ID)."`
	Priority   string `placeholder:"N" help:"apns-priority: 10, 5 or 1."`
	Expiration string `placeholder:"SECONDS" help:"apns-expiration, in UNIX seconds; 0 means one delivery attempt."`
	CollapseID string `placeholder:"ID" help:"apns-collapse-id."`
	ID         string `name:"id" placeholder:"UUID" help:"apns-id."`

	controlFlags
	Environment string `enum:"production,sandbox" default:"production" placeholder:"ENV" help:"Environment: production or sandbox."`
	signingFlags
	Certificate string `placeholder:"FILE" help:"Authenticate with this provider certificate and key (PEM or .p12) instead of a provider token."`
	Password    string `default:"${p12_password}" placeholder:"TEXT" help:"Password of the .p12."`
	JSON        bool   `name:"json" help:"Print the response as JSON."`
}

const sendTimeout = 15 * time.Second

// Run sends the push and prints the response. An error response is a failure.
func (s *sendCommand) Run(ctx context.Context, parsed *kong.Context, c *console) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	payload, err := readArgument(c, s.Payload)
	if err != nil {
		return usageError{err}
	}
	if err := s.check(); err != nil {
		return usageError{err}
	}
	where, err := s.discover(ctx)
	if err != nil {
		return err
	}
	var identity *pki.Identity
	if s.Certificate != "" {
		if identity, err = readIdentity(s.Certificate, s.Password); err != nil {
			return badUsage("--certificate: %w", err)
		}
		s.Topic = cmp.Or(s.Topic, pki.TopicOf(identity.Certificate))
	}
	request, err := s.request(ctx, where, payload, flagged(parsed))
	if err != nil {
		return usageError{err}
	}
	client, err := s.client(ctx, identity)
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
		return fmt.Errorf("read the response: %w", err)
	}
	return s.print(c, response, body)
}

// request makes the push. Empty flags send no header.
func (s *sendCommand) request(ctx context.Context, where sim.Info, payload []byte, flagged func(string) bool) (*http.Request, error) {
	base := where.Provider
	if s.Environment == apns.Sandbox.String() {
		base = where.ProviderSandbox
	}
	if base == "" {
		return nil, fmt.Errorf("the simulator has no provider API listener for %s; see its --listen flags", s.Environment)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/3/device/"+s.Token, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "apns-sim")
	s.Topic = cmp.Or(s.Topic, where.DefaultTeam.Topic)
	if !flagged("push-type") && s.PushType == string(apns.Alert) {
		s.PushType = string(cmp.Or(apns.TopicType(s.Topic), apns.Alert))
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
	key, err := s.key(where.DefaultTeam, flagged, func() (controlapi.Credentials, error) { return s.credentials(ctx) })
	if err != nil {
		return nil, err
	}
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
	if err != nil {
		return nil, err
	}
	request.Header.Set(apns.HeaderAuthorization, "bearer "+token)
	return request, nil
}

// client trusts the simulator's root alone.
func (s *sendCommand) client(ctx context.Context, identity *pki.Identity) (*http.Client, error) {
	root, err := s.get(ctx, "/v1/ca.pem")
	if err != nil {
		return nil, err
	}
	trust := &tls.Config{RootCAs: x509.NewCertPool()}
	if !trust.RootCAs.AppendCertsFromPEM(root) {
		return nil, fmt.Errorf("%s/v1/ca.pem has no certificate", s.Control)
	}
	if identity != nil {
		trust.Certificates = []tls.Certificate{identity.TLS()}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}}, nil
}

// A response is what APNs said, for --json.
type response struct {
	Status   int         `json:"status"`
	ID       string      `json:"apnsId,omitempty"`
	UniqueID string      `json:"apnsUniqueId,omitempty"`
	Reason   apns.Reason `json:"reason,omitempty"`
	// Timestamp goes with status 410, in milliseconds since 1970.
	Timestamp int64 `json:"timestamp,omitempty"`
}

func (s *sendCommand) print(c *console, got *http.Response, body []byte) error {
	a := response{
		Status:   got.StatusCode,
		ID:       got.Header.Get(apns.HeaderID),
		UniqueID: got.Header.Get(apns.HeaderUniqueID),
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("response with status %d is not from APNs: %w", a.Status, err)
		}
	}
	var err error
	if s.JSON {
		err = c.encode(a)
	} else {
		err = c.print("%s%s", a, a.meaning())
	}
	if err == nil && a.Status != http.StatusOK {
		return errPrinted
	}
	return err
}

// String is the response for a reader.
func (a response) String() string {
	if a.Reason == "" {
		return fmt.Sprintf("%d accepted, apns-id %s", a.Status, a.ID)
	}
	return fmt.Sprintf("%d %s, apns-id %s", a.Status, a.Reason, a.ID)
}

// meaning is what Apple says of the reason, as further lines.
func (a response) meaning() printable.Styled {
	info := apns.LookupReason(a.Reason)
	if info == nil {
		return ""
	}
	return printable.Styled(fmt.Sprintf("\n%s Retry: %s.", info.Meaning, info.Retry))
}
