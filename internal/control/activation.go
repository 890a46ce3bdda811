package control

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// An Activator makes devices known.
type Activator interface {
	// Activate signs the request of a device and registers the topics as apps
	// of a team, "" being the default team. It returns the device certificate
	// and its issuers in DER, leaf first. The request's signature and key have
	// been checked. An error says what is wrong with the request and how to put
	// it right; the caller gets to read it.
	Activate(csr *x509.CertificateRequest, topics []string, team string) (chain [][]byte, err error)
	// EraseDevice retires all tokens of a device, since another one has taken
	// its place.
	EraseDevice(id apns.DeviceID)
}

// exampleCSR is a signing request that was made for the document.
const exampleCSR = `-----BEGIN CERTIFICATE REQUEST-----
MIHqMIGRAgEAMC8xLTArBgNVBAMMJDBGMUUyRDNDLTAwMDAtNDAwMC04MDAwLTAw
MDAwMDAwMDAwMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOkdvtr3s3QIqwbG
Yc2QO02ZKDDqssr64HG3tpcpJLi4FXY3bCVR/bMwRUQ3PvmleaQXn//HZjkVH9qF
prBjYH+gADAKBggqhkjOPQQDAgNIADBFAiEAmF+AWY00Ro2+D4bK8PFjVsY/tEfQ
uvBNNt2eNkWzn90CIGeU2krj80TrYD26rZbgQVVWPy9vrgaw1tH0h5/FW7zc
-----END CERTIFICATE REQUEST-----
`

func registerActivation(r *router) {
	r.plain(huma.Operation{
		OperationID: "activate", Method: http.MethodPost, Path: "/v1/activation", Tags: []string{"devices"},
		Summary: "Activate a device: issue its certificate",
		Description: "What a device requests when it is first switched on. " +
			"For a device of the default team, the body may be the signing request alone, as application/pkcs10 or application/x-pem-file.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {
				Schema:  schemaOf[activation](r),
				Example: activation{CSR: exampleCSR, Topics: []string{"com.example.app"}},
			},
			"application/pkcs10":     {Schema: text, Example: exampleCSR},
			"application/x-pem-file": {Schema: text, Example: exampleCSR},
		}},
		Responses: responses("The device is activated.", "application/json", schemaOf[activated](r)),
		Errors: []int{
			http.StatusBadRequest, http.StatusRequestEntityTooLarge,
			http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		},
	}, (*Server).activate)
}

// An activation is what a device asks for when it is switched on for the first
// time: a device certificate. The topics stand for the apps that Xcode would
// register on their first run.
type activation struct {
	CSR    string   `json:"csr" doc:"The certificate signing request, PEM"`
	Topics []string `json:"topics,omitempty" doc:"Bundle IDs to register as apps of the team"`
	Team   string   `json:"team,omitempty" doc:"Team; default: the default team"`
	// APNs knows a device by its key, so only the device knows the ID it had before.
	Replaces string `json:"replaces,omitempty" pattern:"^[0-9a-f]{16}$" patternDescription:"the id of a device, 16 hex digits" doc:"ID that the device had before it was erased; pushes to its tokens are answered Unregistered from now on"`
}

// An activated device gets its certificate chain in PEM, leaf first, and its id.
type activated struct {
	Certificate string        `json:"certificate" doc:"The device certificate and its issuer, PEM, leaf first"`
	Device      apns.DeviceID `json:"device" doc:"Device ID, hex"`
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
			return reject(http.StatusUnprocessableEntity,
				"topics[%d] is %q; a topic is a bundle ID: letters, digits, hyphens and dots", i, topic)
		}
	}
	var replaced apns.DeviceID
	if asked.Replaces != "" {
		if err := replaced.UnmarshalText([]byte(asked.Replaces)); err != nil {
			return reject(http.StatusUnprocessableEntity, "replaces is %q; the id of a device is 16 hex digits", asked.Replaces)
		}
	}
	chain, err := s.Activation.Activate(csr, asked.Topics, asked.Team)
	if err != nil {
		return reject(http.StatusUnprocessableEntity, "%v", err)
	}
	response, err := describeChain(chain)
	if err != nil {
		return err
	}
	if asked.Replaces != "" {
		s.Activation.EraseDevice(replaced)
	}
	s.log.Info("device activated", "device", response.Device, "replaces", asked.Replaces, "remote", r.RemoteAddr)
	s.writeJSON(w, http.StatusOK, "application/json", response)
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
