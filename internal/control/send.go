package control

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
)

// ProviderPusher has what it takes to be a provider of a team. An error of
// [controlapi.ErrNotFound] says that there is no such team.
type ProviderPusher interface {
	// ProviderToken signs a provider token for a team, "" being the default one, and
	// returns the value of authorization.
	ProviderToken(team string) (string, error)
	// ProviderURL is where the provider API of an environment is; "" if nowhere.
	ProviderURL(env apns.Environment) string
}

// A SendRequest is a push to send.
type SendRequest struct {
	Team          string            `json:"team,omitempty" maxLength:"64" doc:"The team whose provider sends it; the default one if there is none"`
	Environment   string            `json:"environment,omitempty" enum:"production,sandbox" doc:"The environment to push to; production by default"`
	Token         string            `json:"token,omitempty" maxLength:"400" doc:"The device token, hex"`
	App           string            `json:"app,omitempty" maxLength:"255" doc:"In place of a device token: the bundle ID whose channel gets a broadcast; apns-channel-id names the channel"`
	Headers       map[string]string `json:"headers,omitempty" doc:"The headers, such as apns-topic. With authorization among them, nothing is signed; an empty authorization sends none"`
	Payload       json.RawMessage   `json:"payload,omitempty" doc:"The payload, JSON"`
	PayloadBase64 []byte            `json:"payloadBase64,omitempty" doc:"In place of payload: the bytes to send, JSON or not"`
}

// A PushResponse is what the provider API has answered.
type PushResponse struct {
	Status    int        `json:"status" doc:"The HTTP status" example:"200"`
	ID        string     `json:"id,omitempty" doc:"apns-id; of a broadcast, apns-request-id" example:"EABEAE54-14A8-11E5-B60B-1697F925EC7B"`
	UniqueID  string     `json:"uniqueId,omitempty" doc:"apns-unique-id"`
	Reason    string     `json:"reason,omitempty" doc:"Why the push was rejected" example:"Unregistered"`
	Timestamp int64      `json:"timestamp,omitempty" doc:"For status 410: milliseconds since 1970"`
	Took      float64    `json:"durationMs" doc:"Milliseconds from request to response" example:"3.5"`
	Headers   [][]string `json:"headers" doc:"The headers of the response, name and value"`
}

// sendTimeout is how long a response may take.
const sendTimeout = 15 * time.Second

func registerSend(r *router) {
	register(r, huma.Operation{
		OperationID: "send-notification", Method: http.MethodPost, Path: "/v1/notifications", Tags: []string{"notifications"},
		Summary: "Send a push, as a provider would",
		Description: "Over TLS and HTTP/2 to the simulator's own provider API, on a connection of its own, with a provider token that is signed for it. " +
			"For a team whose private key the simulator does not have, it makes a key, which is then among the keys of the team. " +
			"The response of the provider API is in the body, also when it is a rejection. A program under test should send its pushes itself.",
		RequestBody: exampleBody(map[string]any{
			"token": strings.Repeat("00", 32), "headers": map[string]string{apns.HeaderTopic: "com.example.demo", apns.HeaderPushType: "alert"},
			"payload": map[string]any{"aps": map[string]any{"alert": "Hello"}},
		}),
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
		Middlewares: huma.Middlewares{noDeadline},
	}, func(ctx context.Context, in *struct{ Body SendRequest }) (*output[PushResponse], error) {
		return r.server.sendPush(ctx, &in.Body)
	})
}

// sendPush sends a push and reads the response.
func (s *Server) sendPush(ctx context.Context, o *SendRequest) (*output[PushResponse], error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := s.pushRequest(ctx, o)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.General.RootPEM())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	began := time.Now()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, reject(http.StatusConflict, "no response to the push: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return nil, reject(http.StatusConflict, "the response %d ends too early: %v", response.StatusCode, err)
	}
	return &output[PushResponse]{pushResponse(response, body, time.Since(began))}, nil
}

// pushRequest makes the request that an order describes.
func (s *Server) pushRequest(ctx context.Context, o *SendRequest) (*http.Request, error) {
	if (o.Token == "") == (o.App == "") {
		return nil, reject(http.StatusUnprocessableEntity, "body: give token for a push, or app for a broadcast, and not both")
	}
	env := apns.Production
	if o.Environment == apns.Sandbox.String() {
		env = apns.Sandbox
	}
	base := s.ProviderPusher.ProviderURL(env)
	if base == "" {
		return nil, reject(http.StatusConflict, "the simulator has no provider API for %v; see its --listen flags", env)
	}
	path := "/3/device/" + url.PathEscape(o.Token)
	if o.App != "" {
		path = "/4/broadcasts/apps/" + url.PathEscape(o.App)
	}
	payload := cmp.Or(string(o.PayloadBase64), string(o.Payload))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader([]byte(payload)))
	if err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "body: %v", err)
	}
	request.Header.Set("User-Agent", "apns-sim")
	signs := true
	for name, value := range o.Headers {
		if strings.EqualFold(name, apns.HeaderAuthorization) {
			signs = false
		}
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	if !signs {
		return request, nil
	}
	token, err := s.ProviderPusher.ProviderToken(o.Team)
	if err != nil {
		return nil, rejected(err)
	}
	request.Header.Set(apns.HeaderAuthorization, token)
	return request, nil
}

// pushResponse shows what the provider API has answered.
func pushResponse(response *http.Response, body []byte, took time.Duration) PushResponse {
	a := PushResponse{
		Status: response.StatusCode, UniqueID: response.Header.Get(apns.HeaderUniqueID), Took: float64(took) / float64(time.Millisecond), Headers: [][]string{},
		ID: cmp.Or(response.Header.Get(apns.HeaderID), response.Header.Get(apns.HeaderRequestID)),
	}
	for name, values := range response.Header {
		a.Headers = append(a.Headers, []string{strings.ToLower(name), strings.Join(values, ", ")})
	}
	var rejection struct {
		Reason    string
		Timestamp int64
	}
	if err := json.Unmarshal(body, &rejection); err != nil && !errors.Is(err, io.EOF) {
		return a // without a body, or with one of a fault
	}
	a.Reason, a.Timestamp = rejection.Reason, rejection.Timestamp
	return a
}
