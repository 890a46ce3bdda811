package push

import (
	"crypto/tls"
	"os"
	"sync"
	"testing"
	"time"

	apnssim "github.com/apns-sim/apns-sim/helpers/go"
)

const hello = `{"aps":{"alert":"hello"},"n":1.0,"text":"ä ☃ </"}`

// withToken returns a provider with the authentication key of a space.
func withToken(t *testing.T, s *apnssim.Space) *Provider {
	p8, err := os.ReadFile(s.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(p8)
	if err != nil {
		t.Fatal(err)
	}
	return &Provider{Address: s.Provider, Topic: s.Topic, Client: NewClient(), Team: s.Team, KeyID: s.KeyID, Key: key}
}

func push(t *testing.T, p *Provider, deviceToken string) *Response {
	t.Helper()
	response, err := p.Push(t.Context(), deviceToken, []byte(hello))
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func wantResponse(t *testing.T, got *Response, status int, reason string) {
	t.Helper()
	if got.Status != status || got.Reason != reason {
		t.Errorf("got %d %s, want %d %s", got.Status, got.Reason, status, reason)
	}
}

func wantCredential(t *testing.T, s *apnssim.Space, id, kind string) {
	t.Helper()
	if got := s.Show(id).Request.Credential.Kind; got != kind {
		t.Errorf("it was sent with a %s, not a %s", got, kind)
	}
}

func TestAProviderTokenIsAccepted(t *testing.T) {
	s := apnssim.New(t)
	response := push(t, withToken(t, s), s.Token)
	wantResponse(t, response, 200, "")
	s.Received(1)
	wantCredential(t, s, response.ID, "provider token")
}

func TestAProviderCertificateIsAccepted(t *testing.T) {
	s := apnssim.New(t)
	certificate, err := tls.LoadX509KeyPair(s.CertificateFile, s.CertificateFile)
	if err != nil {
		t.Fatal(err)
	}
	response := push(t, &Provider{Address: s.Provider, Topic: s.Topic, Client: NewClient(certificate)}, s.Token)
	wantResponse(t, response, 200, "")
	s.Received(1)
	wantCredential(t, s, response.ID, "certificate")
}

func TestARefusalNamesItsReason(t *testing.T) {
	s := apnssim.New(t)
	wantResponse(t, push(t, withToken(t, s), "00ff"), 400, "BadDeviceToken")
}

func TestARemovedAppIsGoneSinceATime(t *testing.T) {
	s := apnssim.New(t)
	s.Uninstall()
	response := push(t, withToken(t, s), s.Token)
	wantResponse(t, response, 410, "Unregistered")
	if age := time.Since(time.UnixMilli(response.Timestamp)); age < 0 || age > time.Minute {
		t.Errorf("gone for %v", age)
	}
}

func TestTheDeviceReceivesTheExactPayload(t *testing.T) {
	s := apnssim.New(t)
	push(t, withToken(t, s), s.Token)
	if got := string(s.Received(1)[0].Payload); got != hello {
		t.Errorf("got %s", got)
	}
}

func refused(t *testing.T, status int, reason string) {
	s := apnssim.New(t)
	p := withToken(t, s)
	s.Inject(0, 1, map[string]any{"do": "respond", "reason": reason})
	wantResponse(t, push(t, p, s.Token), status, reason)
	wantResponse(t, push(t, p, s.Token), 200, "")
	t.Log("note: up to the caller")
}

func TestTooManyRequests(t *testing.T) { refused(t, 429, "TooManyRequests") }

func TestServiceUnavailable(t *testing.T) { refused(t, 503, "ServiceUnavailable") }

// batch sends so many pushes at once and returns the ids of those that were accepted.
func batch(t *testing.T, p *Provider, s *apnssim.Space, count int) (accepted []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range count {
		wg.Go(func() {
			response, err := p.Push(t.Context(), s.Token, []byte(hello))
			mu.Lock()
			defer mu.Unlock()
			if err == nil && response.Status == 200 {
				accepted = append(accepted, response.ID)
			}
		})
	}
	wg.Wait()
	return accepted
}

func TestNoAnsweredPushIsLostInAGoaway(t *testing.T) {
	s := apnssim.New(t)
	p := withToken(t, s)
	push(t, p, s.Token)
	s.Inject(50, 1, map[string]any{"do": "goaway", "lastStream": "before"})
	accepted := batch(t, p, s, 200)
	if len(accepted) == 0 || s.Hits() != 1 {
		t.Errorf("%d accepted, %d GOAWAY", len(accepted), s.Hits())
	}
	for _, id := range accepted {
		s.Delivered(id)
	}
	if len(accepted) == 200 {
		t.Log("note: the transport sends pushes again that the GOAWAY excludes")
	} else {
		t.Log("note: pushes that the GOAWAY excludes end in an error")
	}
}

func TestTheProviderTokenIsRenewed(t *testing.T) {
	s := apnssim.New(t)
	p := withToken(t, s)
	first := push(t, p, s.Token)
	wantResponse(t, first, 200, "")
	s.Advance(61 * time.Minute)
	wantResponse(t, push(t, p, s.Token), 403, "ExpiredProviderToken")
	p.Now = s.Now
	second := push(t, p, s.Token)
	wantResponse(t, second, 200, "")
	if s.Show(first.ID).Request.Credential.Fingerprint == s.Show(second.ID).Request.Credential.Fingerprint {
		t.Error("it is the same token")
	}
	t.Log("note: by 20 lines in the example")
}

func TestAThousandPushesArrive(t *testing.T) {
	s := apnssim.New(t)
	p := withToken(t, s)
	accepted := batch(t, p, s, 1000)
	if len(accepted) != 1000 {
		t.Fatalf("%d were accepted", len(accepted))
	}
	for _, id := range accepted {
		s.Delivered(id)
	}
	t.Log("note: all at once")
}
