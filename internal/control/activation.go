package control

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// An activation is what a device asks for when it is switched on for the first
// time: a device certificate. The topics stand for the apps that Xcode would
// register on their first run.
type activation struct {
	CSR    string   `json:"csr"` // PEM
	Topics []string `json:"topics"`
	Team   string   `json:"team"` // "" is the default team
}

// An activated device gets its certificate chain in PEM, leaf first, and its id.
type activated struct {
	Certificate string        `json:"certificate"`
	Device      apns.DeviceID `json:"device"`
}

// activate answers a signing request with a device certificate.
func (s *Server) activate(w http.ResponseWriter, r *http.Request) error {
	asked, err := readActivation(w, r)
	if err != nil {
		return err
	}
	csr, err := parseCSR([]byte(asked.CSR))
	if err != nil {
		return err
	}
	for i, topic := range asked.Topics {
		if !apns.ValidTopic(topic) {
			return refuse(http.StatusUnprocessableEntity,
				"topics[%d] is %q; a topic is a bundle ID: letters, digits, hyphens and dots", i, topic)
		}
	}
	chain, err := s.sim.Activate(csr, asked.Topics, asked.Team)
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "%v", err)
	}
	answer, err := describeChain(chain)
	if err != nil {
		return err
	}
	s.log.Info("device activated", "device", answer.Device, "remote", r.RemoteAddr)
	s.writeJSON(w, http.StatusOK, "application/json", answer)
	return nil
}

// describeChain tells a device what it was given.
func describeChain(chain [][]byte) (*activated, error) {
	if len(chain) == 0 {
		return nil, errors.New("activation gave no certificate")
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, fmt.Errorf("read the device certificate: %w", err)
	}
	var certificates bytes.Buffer
	for _, der := range chain {
		certificates.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return &activated{Certificate: certificates.String(), Device: pki.DeviceID(leaf)}, nil
}
