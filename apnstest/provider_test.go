package apnstest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apnstest"
)

// A Provider is provider code, such as the examples test. It tries again while it is
// asked to slow down.
type Provider struct {
	Client     *http.Client
	URL, Topic string
	// Token signs a provider token.
	Token func() string
	// Pause is the time before another try.
	Pause time.Duration
}

// A RefusedError is the response of APNs to a push that it does not take.
type RefusedError struct {
	Status int
	Reason string
	// Timestamp is since when a device token is retired, in milliseconds since 1970.
	Timestamp int64
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Reason) }

// Send pushes a payload to a device token.
func (s *Provider) Send(ctx context.Context, deviceToken, payload string) error {
	for try := 1; ; try++ {
		err := s.send(ctx, deviceToken, payload)
		if refused, ok := errors.AsType[*RefusedError](err); !ok || refused.Status != http.StatusTooManyRequests || try == 5 {
			return err
		}
		select {
		case <-time.After(s.Pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Provider) send(ctx context.Context, deviceToken, payload string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/3/device/"+deviceToken, strings.NewReader(payload))
	if err != nil {
		return err
	}
	request.Header.Set("authorization", "bearer "+s.Token())
	request.Header.Set("apns-topic", s.Topic)
	response, err := s.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode == http.StatusOK {
		return err
	}
	refused := &RefusedError{Status: response.StatusCode}
	if err := json.Unmarshal(body, refused); err != nil {
		return err
	}
	return refused
}

// newProvider points the provider code at a simulator.
func newProvider(apple *apnstest.Space, app *apnstest.App) *Provider {
	return &Provider{Client: apple.Client(), URL: apple.URL, Topic: app.Topic, Token: apple.ProviderToken, Pause: time.Millisecond}
}
