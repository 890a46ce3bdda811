package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Spaces makes and ends spaces. An error of [controlapi.ErrNotFound] or
// [controlapi.ErrTaken] says which; any other is a mistake in the order.
type Spaces interface {
	// NewSpace makes a space with all that was ordered.
	NewSpace(ctx context.Context, o controlapi.CreateSpaceRequest) (*controlapi.CreatedSpace, error)
	PageSpaces(p controlapi.Page) (list []controlapi.Space, next string, err error)
	GetSpace(team string) (controlapi.Space, error)
	// CloseSpace ends a space and all there is in it.
	CloseSpace(team string) error
	// DeleteTeam deletes a team, with its space if it has one.
	DeleteTeam(team string) error
	// ResetSpace takes a space, or the default space for "", back to how it was
	// after it was made.
	ResetSpace(team string) error
	// Reset ends all spaces and resets the default space.
	Reset() error
}

const spacesTag = "spaces"

// SpaceInput names a space. Huma looks into embedded structs that are exported alone.
type SpaceInput struct {
	Team string `path:"team" maxLength:"64" example:"TEAM000001" doc:"Team ID, which is also the name of the space"`
}

type spaceList struct {
	Spaces []controlapi.Space `json:"spaces"`
	More
}

func registerSpaces(r *router) {
	register(r, huma.Operation{
		OperationID: "make-space", Method: http.MethodPost, Path: "/v1/spaces", Tags: []string{spacesTag}, DefaultStatus: http.StatusCreated,
		Summary: "Create a space: a team with its own key, certificate, app and device",
		Description: "A space is isolated from all others: parallel tests each create one, and may use the same bundle IDs. " +
			"The response has all that a provider needs, and environment variables for a program under test. An empty body uses the defaults.",
		RequestBody: exampleBody(controlapi.CreateSpaceRequest{Topics: []string{"com.example.app"}}),
		Errors:      []int{http.StatusConflict, http.StatusServiceUnavailable},
		Middlewares: huma.Middlewares{noDeadline},
	}, func(ctx context.Context, in *struct {
		Body *controlapi.CreateSpaceRequest
	},
	) (*output[*controlapi.CreatedSpace], error) {
		var order controlapi.CreateSpaceRequest
		if in.Body != nil {
			order = *in.Body
		}
		return respond(r.server.Spaces.NewSpace(ctx, order))
	})
	register(r, huma.Operation{
		OperationID: "list-spaces", Method: http.MethodGet, Path: "/v1/spaces", Tags: []string{spacesTag},
		Summary: "List spaces",
	}, func(_ context.Context, in *struct{ controlapi.Page }) (*output[spaceList], error) {
		list, next, err := r.server.Spaces.PageSpaces(in.Page)
		return respond(spaceList{list, More{next}}, err)
	})
	register(r, huma.Operation{
		OperationID: "get-space", Method: http.MethodGet, Path: "/v1/spaces/{team}", Tags: []string{spacesTag},
		Summary: "Show a space", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *SpaceInput) (*output[controlapi.Space], error) {
		return respond(r.server.Spaces.GetSpace(in.Team))
	})
	register(r, huma.Operation{
		OperationID: "delete-space", Method: http.MethodDelete, Path: "/v1/spaces/{team}", Tags: []string{spacesTag},
		Summary:     "Delete a space",
		Description: "Closes the connections of its providers with GOAWAY, disconnects its devices, and deletes its keys, certificates, apps, devices, channels, faults and records.",
		Errors:      []int{http.StatusNotFound},
		Middlewares: huma.Middlewares{noDeadline},
	}, func(_ context.Context, in *SpaceInput) (*struct{}, error) {
		return done(r.server.Spaces.CloseSpace(in.Team))
	})
	register(r, huma.Operation{
		OperationID: "reset-space", Method: http.MethodPost, Path: "/v1/spaces/{team}/reset", Tags: []string{spacesTag},
		Summary:     "Reset a space",
		Description: "Removes its faults, records, channels and stored pushes, empties inboxes, and sets its clock to the time of the machine. Keys, apps and devices stay.",
		Errors:      []int{http.StatusNotFound},
		Middlewares: huma.Middlewares{noDeadline},
	}, func(_ context.Context, in *SpaceInput) (*struct{}, error) {
		return done(r.server.Spaces.ResetSpace(in.Team))
	})
	register(r, huma.Operation{
		OperationID: "reset", Method: http.MethodPost, Path: "/v1/reset", Tags: []string{spacesTag},
		Summary:     "Delete all spaces and reset the default space",
		Description: "Keys, apps and devices of the teams that have no space stay.",
		Middlewares: huma.Middlewares{noDeadline},
	}, func(context.Context, *struct{}) (*struct{}, error) { return done(r.server.Spaces.Reset()) })
}

// knowsSpace rejects a space that a list is narrowed to and that does not exist: it
// would look like the default space, or like one where nothing happens.
func (s *Server) knowsSpace(team string) error {
	if team == "" {
		return nil
	}
	_, err := s.Teams.GetTeam(team)
	return rejected(err)
}
