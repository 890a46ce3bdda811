// Package push shows sideshow/apns2 in tests, against a simulator in another process:
//
//	apns-sim exec -- go test
//
// inprocess_test.go has the same with the simulator in the test's own process.
package push

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/certificate"
	"github.com/sideshow/apns2/token"

	apnssim "github.com/apns-sim/apns-sim/helpers/go"
)

const hello = `{"aps":{"alert":"hello"},"n":1.0,"text":"ä ☃ </"}`

// client returns a client with the authentication key of a space, and its key.
func client(t *testing.T, s *apnssim.Space) (*apns2.Client, *token.Token) {
	key, err := token.AuthKeyFromFile(s.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	tok := &token.Token{AuthKey: key, KeyID: s.KeyID, TeamID: s.Team}
	c := apns2.NewTokenClient(tok)
	c.Host = s.Provider
	return c, tok
}

// push sends a payload to the device of a space.
func push(t *testing.T, c *apns2.Client, s *apnssim.Space, deviceToken, payload string) *apns2.Response {
	t.Helper()
	r, err := c.Push(&apns2.Notification{DeviceToken: deviceToken, Topic: s.Topic, Payload: []byte(payload)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantSent(t *testing.T, r *apns2.Response) {
	t.Helper()
	if !r.Sent() {
		t.Fatalf("%d %s", r.StatusCode, r.Reason)
	}
}

func TestAProviderTokenIsAccepted(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	r := push(t, c, s, s.Token, hello)
	wantSent(t, r)
	s.Received(1)
	if kind := s.Show(r.ApnsID).Request.Credential.Kind; kind != "provider token" {
		t.Errorf("it was sent with a %s", kind)
	}
}

func TestAProviderCertificateIsAccepted(t *testing.T) {
	s := apnssim.New(t)
	cert, err := certificate.FromPemFile(s.CertificateFile, "")
	if err != nil {
		t.Fatal(err)
	}
	c := apns2.NewClient(cert)
	c.Host = s.Provider
	r := push(t, c, s, s.Token, hello)
	wantSent(t, r)
	s.Received(1)
	if kind := s.Show(r.ApnsID).Request.Credential.Kind; kind != "certificate" {
		t.Errorf("it was sent with a %s", kind)
	}
}

func TestARefusalNamesItsReason(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	r := push(t, c, s, "00ff", hello)
	if r.StatusCode != http.StatusBadRequest || r.Reason != apns2.ReasonBadDeviceToken {
		t.Errorf("got %d %s", r.StatusCode, r.Reason)
	}
}

func TestARemovedAppIsGoneSinceATime(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	s.Uninstall()
	r := push(t, c, s, s.Token, hello)
	if r.StatusCode != http.StatusGone || r.Reason != apns2.ReasonUnregistered {
		t.Errorf("got %d %s", r.StatusCode, r.Reason)
	}
	if age := time.Since(r.Timestamp.Time); age < 0 || age > time.Minute {
		t.Errorf("gone since %v", r.Timestamp)
	}
}

func TestTheDeviceReceivesTheExactPayload(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	wantSent(t, push(t, c, s, s.Token, hello))
	// The library has encoding/json write the payload, which escapes < as \u003c.
	sent, err := json.Marshal(&apns2.Notification{Payload: []byte(hello)})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Received(1)[0].Payload; !bytes.Equal(got, sent) {
		t.Errorf("got %s, sent %s", got, sent)
	}
}

// refused injects a refusal and shows that the library reports it, once.
func refused(t *testing.T, reason string, status int) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	s.Inject(0, 1, map[string]any{"do": "respond", "reason": reason})
	if r := push(t, c, s, s.Token, hello); r.StatusCode != status || r.Reason != reason {
		t.Errorf("got %d %s", r.StatusCode, r.Reason)
	}
	if n := len(s.Pushes()); n != 1 {
		t.Errorf("it came %d times", n)
	}
	t.Log("note: reported to the caller, not retried")
	wantSent(t, push(t, c, s, s.Token, hello))
}

func TestTooManyRequests(t *testing.T) { refused(t, "TooManyRequests", 429) }

func TestServiceUnavailable(t *testing.T) { refused(t, "ServiceUnavailable", 503) }

// batch sends so many pushes from some goroutines and returns the ids of those that
// were accepted.
func batch(c *apns2.Client, s *apnssim.Space, count int) (accepted []string, errs []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan struct{})
	for range 20 {
		wg.Go(func() {
			for range work {
				r, err := c.Push(&apns2.Notification{DeviceToken: s.Token, Topic: s.Topic, Payload: []byte(hello)})
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				} else if r.Sent() {
					accepted = append(accepted, r.ApnsID)
				}
				mu.Unlock()
			}
		})
	}
	for range count {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	return accepted, errs
}

func TestNoAnsweredPushIsLostInAGoaway(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	s.Inject(50, 1, map[string]any{"do": "goaway", "lastStream": "before"})
	accepted, errs := batch(c, s, 200)
	if len(accepted) == 0 || s.Hits() != 1 {
		t.Errorf("%d accepted, %d GOAWAY", len(accepted), s.Hits())
	}
	for _, id := range accepted {
		s.Delivered(id)
	}
	if len(errs) == 0 {
		t.Log("note: the transport sends pushes again that the GOAWAY excludes")
	} else {
		t.Log("note: pushes that the GOAWAY excludes end in an error")
		t.Log(errs)
	}
}

func TestTheProviderTokenIsRenewed(t *testing.T) {
	s := apnssim.New(t)
	c, tok := client(t, s)
	first := push(t, c, s, s.Token, hello)
	wantSent(t, first)

	s.Advance(61 * time.Minute)
	if r := push(t, c, s, s.Token, hello); r.Reason != apns2.ReasonExpiredProviderToken {
		t.Errorf("got %d %s", r.StatusCode, r.Reason)
	}
	s.Advance(-61 * time.Minute)

	tok.IssuedAt -= 61 * 60 // an hour has passed for the library, too
	second := push(t, c, s, s.Token, hello)
	wantSent(t, second)
	if s.Show(first.ApnsID).Request.Credential.Fingerprint == s.Show(second.ApnsID).Request.Credential.Fingerprint {
		t.Error("it is the same token")
	}
	t.Log("note: signs a new one when its stored issue time is an hour ago; ExpiredProviderToken is reported to the caller")
}

func TestAThousandPushesArrive(t *testing.T) {
	s := apnssim.New(t)
	c, _ := client(t, s)
	accepted, errs := batch(c, s, 1000)
	if len(accepted) != 1000 {
		t.Fatalf("%d accepted: %v", len(accepted), errs)
	}
	for _, id := range accepted {
		s.Delivered(id)
	}
	t.Log("note: 20 goroutines share one connection")
}
