package control

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// A StateExporter exports the state of the simulator.
type StateExporter interface {
	// ExportState returns the state at this moment as JSON, without private keys. saved is
	// false if the simulator does not keep its state.
	ExportState() (text []byte, saved bool, err error)
}

func registerState(r *router) {
	r.plain(huma.Operation{
		OperationID: "export-state", Method: http.MethodGet, Path: "/v1/state", Tags: []string{"general"},
		Summary: "Export the state",
		Description: "The state at one moment, in the JSON form that docs/state.md describes, as apns-sim state export writes it: teams, keys, apps, devices, channels, faults, stored pushes and the rest. " +
			"It contains payloads and device tokens, but no private key. The simulator must have been started with --state or --export-state.",
		Responses: responses("The state.", "application/json", &huma.Schema{Type: huma.TypeObject}),
		Errors:    []int{http.StatusConflict},
	}, (*Server).exportState)
}

func (s *Server) exportState(w http.ResponseWriter, _ *http.Request) error {
	text, saved, err := s.StateExporter.ExportState()
	switch {
	case err != nil:
		return internalError(err)
	case !saved:
		return reject(http.StatusConflict, "this simulator does not keep its state; start it with --state DIR, or with --export-state FILE")
	}
	s.write(w, http.StatusOK, "application/json", text)
	return nil
}
