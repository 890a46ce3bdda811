// Package push is a provider of the standard library alone.
package push

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// maxAge is when a provider token is renewed; APNs refuses those of more than an hour.
const maxAge = 50 * time.Minute

// A Provider sends pushes of one app.
type Provider struct {
	Address string // https://api.push.apple.com
	Topic   string
	Client  *http.Client

	// Team, KeyID and Key sign provider tokens; Key is nil with a certificate.
	Team, KeyID string
	Key         *ecdsa.PrivateKey
	Now         func() time.Time // nil is time.Now

	mu       sync.Mutex
	token    string
	issuedAt time.Time
}

// A Response is what APNs says of a push.
type Response struct {
	Status    int    `json:"-"`
	ID        string `json:"-"` // apns-id
	Reason    string `json:"reason"`
	Timestamp int64  `json:"timestamp"` // of 410, in milliseconds
}

// ParseKey reads a .p8 file.
func ParseKey(p8 []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(p8)
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key is a %T, not ECDSA", key)
	}
	return ec, nil
}

// NewClient returns a client that speaks HTTP/2, with certificates if there are any.
func NewClient(certificates ...tls.Certificate) *http.Client {
	return &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{Certificates: certificates},
	}}
}

// Push sends a payload to a device. A refusal is a response, not an error.
func (p *Provider) Push(ctx context.Context, deviceToken string, payload []byte) (*Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Address+"/3/device/"+deviceToken, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Apns-Topic", p.Topic)
	request.Header.Set("Apns-Push-Type", "alert")
	if p.Key != nil {
		token, err := p.providerToken()
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "bearer "+token)
	}
	response, err := p.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	result := &Response{Status: response.StatusCode, ID: response.Header.Get("Apns-Id")}
	body, err := io.ReadAll(response.Body)
	if err != nil || len(body) == 0 {
		return result, err
	}
	return result, json.Unmarshal(body, result)
}

// providerToken returns the token in use, a new one when it is old.
func (p *Provider) providerToken() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.Now != nil {
		now = p.Now()
	}
	if p.token != "" && now.Sub(p.issuedAt) < maxAge {
		return p.token, nil
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part(fmt.Appendf(nil, `{"alg":"ES256","kid":%q}`, p.KeyID)) + "." +
		part(fmt.Appendf(nil, `{"iss":%q,"iat":%d}`, p.Team, now.Unix()))
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, p.Key, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	p.token, p.issuedAt = text+"."+part(signature), now
	return p.token, nil
}
