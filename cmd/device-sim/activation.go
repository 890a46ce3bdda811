package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// newKey makes a device key: "ec" is P-256, "rsa" has 2048 bits, as the keys of
// Apple's devices are RSA.
func newKey(kind string) (crypto.Signer, error) {
	if kind == "rsa" {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// The request and the response of POST /v1/activation.
type (
	activation struct {
		CSR    string   `json:"csr"` // PEM
		Topics []string `json:"topics"`
		// Replaces is the ID that this device had before it was erased.
		Replaces string `json:"replaces,omitempty"`
	}
	activated struct {
		Certificate string `json:"certificate"` // PEM, device certificate first
		Device      string `json:"device"`
	}
)

// activate gets a device certificate for key. As with Apple, the key stays here and only a
// signing request is sent. An erased device sends its former ID, so that the tokens of that
// ID are retired.
func (c *control) activate(ctx context.Context, key crypto.Signer, name string, topics []string, was apns.DeviceID) (device.Identity, error) {
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return device.Identity{}, fmt.Errorf("create the certificate signing request: %w", err)
	}
	request := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	order := activation{CSR: string(request), Topics: topics}
	if was != (apns.DeviceID{}) {
		order.Replaces = was.String()
	}
	var response activated
	if err := c.post(ctx, "/v1/activation", order, &response); err != nil {
		return device.Identity{}, err
	}
	chain, err := parseChain([]byte(response.Certificate))
	if err != nil {
		return device.Identity{}, fmt.Errorf("the response contains no certificate: %w", err)
	}
	return device.Identity{Chain: chain, Key: key}, nil
}

// parseChain reads certificates in PEM into DER.
func parseChain(text []byte) ([][]byte, error) {
	var chain [][]byte
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			chain = append(chain, block.Bytes)
		}
	}
	if len(chain) == 0 {
		return nil, errors.New("no CERTIFICATE block in PEM")
	}
	return chain, nil
}
