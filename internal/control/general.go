package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// General is what the simulator says of itself.
type General interface {
	// Info returns the ready record, to be written as JSON.
	Info() any
	// RootPEM returns the certificate that clients have to trust.
	RootPEM() []byte
	// Credentials returns what a provider of the default team pushes with.
	Credentials() (controlapi.Credentials, error)
	// Ready reports whether every listener accepts.
	Ready() bool
}

func registerGeneral(r *router) {
	r.plain(huma.Operation{
		OperationID: "info", Method: http.MethodGet, Path: "/v1/info", Tags: []string{"general"},
		Summary:     "Show the addresses of the simulator and its default team",
		Description: "The ready record: addresses, files, and the default team with its key and topic.",
		Responses:   responses("The ready record.", "application/json", readyRecord()),
	}, (*Server).info)
	r.plain(huma.Operation{
		OperationID: "root-certificate", Method: http.MethodGet, Path: "/v1/ca.pem", Tags: []string{"general"}, Security: noToken,
		Summary:   "Get the root certificate that clients must trust",
		Responses: responses("The root certificate in PEM.", "application/x-pem-file", text),
	}, (*Server).rootCertificate)
	register(r, huma.Operation{
		OperationID: "get-credentials", Method: http.MethodGet, Path: "/v1/credentials", Tags: []string{"general"},
		Summary:     "Get the key and a new certificate of the default team",
		Description: "For programs that cannot read the files that the ready record names, as on another machine.",
	}, func(context.Context, *struct{}) (*output[controlapi.Credentials], error) {
		return respond(r.server.General.Credentials())
	})
	r.plain(huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/livez", Tags: []string{"general"}, Security: noToken,
		Summary:   "Check whether the process is alive",
		Responses: responses("The process is alive.", plainText, text),
	}, (*Server).live)
	r.plain(huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{"general"}, Security: noToken,
		Summary:   "Check whether the simulator accepts connections",
		Responses: responses("The simulator accepts connections.", plainText, text),
		Errors:    []int{http.StatusServiceUnavailable},
	}, (*Server).ready)
}

const plainText = "text/plain; charset=utf-8"

// text is the schema of a response that is not JSON.
var text = &huma.Schema{Type: huma.TypeString}

// responses describes the good response of a plain route.
func responses(description, contentType string, schema *huma.Schema) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: description,
		Content:     map[string]*huma.MediaType{contentType: {Schema: schema}},
	}}
}

// info answers with the ready record.
func (s *Server) info(w http.ResponseWriter, _ *http.Request) error {
	s.writeJSON(w, http.StatusOK, "application/json", s.General.Info())
	return nil
}

// rootCertificate answers with what a client has to trust.
func (s *Server) rootCertificate(w http.ResponseWriter, _ *http.Request) error {
	s.write(w, http.StatusOK, "application/x-pem-file", s.General.RootPEM())
	return nil
}

// live answers as long as the process can.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) error {
	s.write(w, http.StatusOK, plainText, []byte("live\n"))
	return nil
}

// ready answers 200 once the simulator takes connections.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) error {
	if !s.General.Ready() {
		return reject(http.StatusServiceUnavailable, "the simulator does not take connections; ask again")
	}
	s.write(w, http.StatusOK, plainText, []byte("ready\n"))
	return nil
}
