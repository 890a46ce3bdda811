package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// CertificateInspector checks provider certificates that nobody has presented.
type CertificateInspector interface {
	// InspectCertificate tells what a certificate in PEM says, and whether it is accepted.
	InspectCertificate(text string) (controlapi.InspectedCertificate, error)
}

// IssuedCertificates are the provider certificates that the simulator has issued.
type IssuedCertificates interface {
	// PageCertificates has a page of them, of those of a team if it is not "".
	PageCertificates(team string, p controlapi.Page) (list []controlapi.Certificate, next string, err error)
	// RevokeSerial revokes one by its serial number in hex.
	RevokeSerial(serial string) error
}

type certificateList struct {
	Certificates []controlapi.Certificate `json:"certificates"`
	More
}

// A inspectCertificateRequest is a provider certificate to be checked.
type inspectCertificateRequest struct {
	Certificate string `json:"certificate" maxLength:"65536" doc:"Certificate in PEM, with its chain if it has one; keys are passed over"`
}

// exampleCertificate is self-signed, so that no simulator accepts it; its key was not kept.
const exampleCertificate = `-----BEGIN CERTIFICATE-----
MIICIjCCAcegAwIBAgIUBOxS8v+6kLBI+KQon/1AKX5l5f4wCgYIKoZIzj0EAwIw
ZTEfMB0GCgmSJomT8ixkAQEMD2NvbS5leGFtcGxlLmFwcDEtMCsGA1UEAwwkQXBw
bGUgUHVzaCBTZXJ2aWNlczogY29tLmV4YW1wbGUuYXBwMRMwEQYDVQQLDApURUFN
MDAwMDAxMCAXDTI2MTIwMTAxNDIyOFoYDzIxMjYxMTA3MDE0MjI4WjBlMR8wHQYK
CZImiZPyLGQBAQwPY29tLmV4YW1wbGUuYXBwMS0wKwYDVQQDDCRBcHBsZSBQdXNo
IFNlcnZpY2VzOiBjb20uZXhhbXBsZS5hcHAxEzARBgNVBAsMClRFQU0wMDAwMDEw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATnwHUU6rCXIxFnChODjjgdr369/Q93
OUl6U4ApVhhiGsyqWxlgqRPF2Cu4DwCGWxjiBGsVmg6eqRv+iXbkIpoWo1MwUTAd
BgNVHQ4EFgQUnkOtKQGEk9rn9jdx5xAoAfDd098wHwYDVR0jBBgwFoAUnkOtKQGE
k9rn9jdx5xAoAfDd098wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBG
AiEA+NA/n+KgI+17DODjg2acM3LXgtaVL+dZcg2re0PmtjECIQDgca0D1PPjQDFL
XQhh4Xw4RRDGG7Rw30jM6JTKnJHAbg==
-----END CERTIFICATE-----
`

func registerCertificates(r *router) {
	register(r, huma.Operation{
		OperationID: "inspect-certificate", Method: http.MethodPost, Path: "/v1/certificates/inspect", Tags: []string{teamsTag},
		Summary:     "Check what a provider certificate says, and whether it is accepted",
		Description: "By the time of the default space. The certificate is not stored.",
		RequestBody: exampleBody(inspectCertificateRequest{exampleCertificate}),
	}, func(_ context.Context, in *struct{ Body inspectCertificateRequest }) (*output[controlapi.InspectedCertificate], error) {
		return respond(r.server.Certificates.InspectCertificate(in.Body.Certificate))
	})
}

func registerIssuedCertificates(r *router) {
	issued := r.server.IssuedCertificates
	register(r, huma.Operation{
		OperationID: "list-certificates", Method: http.MethodGet, Path: "/v1/certificates", Tags: []string{teamsTag},
		Summary:     "List the provider certificates that the simulator has issued",
		Description: "Those of spaces, and that of the default team, the oldest first. Certificates that `apns-sim cert create` has made are not listed, nor are keys, which are not stored.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Team string `query:"team" maxLength:"64" example:"SIMTEAM001" doc:"Only certificates of this team"`
		controlapi.Page
	},
	) (*output[certificateList], error) {
		list, next, err := issued.PageCertificates(in.Team, in.Page)
		return respond(certificateList{list, More{next}}, err)
	})
	register(r, huma.Operation{
		OperationID: "revoke-certificate", Method: http.MethodDelete, Path: "/v1/certificates/{serial}", Tags: []string{teamsTag},
		Summary:     "Revoke a provider certificate",
		Description: "From now on the TLS handshake of a connection with it fails. Open connections stay open.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Serial string `path:"serial" maxLength:"64" example:"1f2e3d4c5b6a7988" doc:"Serial number, hex"`
	},
	) (*struct{}, error) {
		return done(issued.RevokeSerial(in.Serial))
	})
}
