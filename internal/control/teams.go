package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Teams has the operations of a developer account: teams with their keys and apps. "" is the default
// team.
type Teams interface {
	PageTeams(p controlapi.Page) (list []controlapi.Team, next string, err error)
	GetTeam(team string) (controlapi.Team, error)
	// AddKey makes a key; its ID is made up if the order has none.
	AddKey(team string, o controlapi.Key) (controlapi.Key, error)
	RevokeKey(team, id string) error
	AddApp(team, bundleID string) error
	RemoveApp(team, bundleID string) error
	// SuspendTeam takes the right to push from a team, or gives it back.
	SuspendTeam(team string, suspended bool) (controlapi.Team, error)
	// SetBroadcast gives an app the broadcast capability or takes it away.
	SetBroadcast(team, bundleID string, enabled bool) error
}

const teamsTag = "teams"

// TeamInput names a team. Huma looks into embedded structs that are exported alone.
type TeamInput struct {
	Team string `path:"team" maxLength:"64" example:"SIMTEAM001" doc:"Team ID"`
}

type teamList struct {
	Teams []controlapi.Team `json:"teams"`
	More
}

// A createKeyRequest says what a new key shall be good for.
type createKeyRequest struct {
	KeyID        string   `json:"keyId,omitempty" maxLength:"64" doc:"Key ID; generated if absent"`
	Environments []string `json:"environments,omitempty" enum:"production,sandbox" doc:"Environment to restrict it to; default: both"`
	Topics       []string `json:"topics,omitempty" doc:"Topics to restrict it to; default: all of the team"`
}

// An createAppRequest is an app for a team.
type createAppRequest struct {
	Team      string `json:"team,omitempty" maxLength:"64" doc:"Team; default: the default team"`
	BundleID  string `json:"bundleId" doc:"Bundle ID"`
	Broadcast *bool  `json:"broadcast,omitempty" doc:"Whether it has the broadcast capability; default true"`
}

func registerTeams(r *router) {
	teams := r.server.Teams
	register(r, huma.Operation{
		OperationID: "list-teams", Method: http.MethodGet, Path: "/v1/teams", Tags: []string{teamsTag},
		Summary: "List teams with their keys and apps",
	}, func(_ context.Context, in *struct{ controlapi.Page }) (*output[teamList], error) {
		list, next, err := teams.PageTeams(in.Page)
		return respond(teamList{list, More{next}}, err)
	})
	register(r, huma.Operation{
		OperationID: "get-team", Method: http.MethodGet, Path: "/v1/teams/{team}", Tags: []string{teamsTag},
		Summary: "Show a team with its keys and apps", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *TeamInput) (*output[controlapi.Team], error) {
		return respond(teams.GetTeam(in.Team))
	})
	for _, change := range []struct {
		name, summary string
		suspended     bool
	}{
		{"suspend", "Suspend a team: its pushes are answered Forbidden, on open connections as well", true},
		{"resume", "End the suspension of a team", false},
	} {
		register(r, huma.Operation{
			OperationID: change.name + "-team", Method: http.MethodPost, Path: "/v1/teams/{team}/" + change.name, Tags: []string{teamsTag},
			Summary: change.summary, Errors: []int{http.StatusNotFound},
		}, func(_ context.Context, in *TeamInput) (*output[controlapi.Team], error) {
			return respond(teams.SuspendTeam(in.Team, change.suspended))
		})
	}
	register(r, huma.Operation{
		OperationID: "make-key", Method: http.MethodPost, Path: "/v1/teams/{team}/keys", Tags: []string{teamsTag}, DefaultStatus: http.StatusCreated,
		Summary:     "Create an authentication key; only this response has its .p8 file",
		RequestBody: exampleBody(createKeyRequest{Environments: []string{"sandbox"}}),
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		TeamInput
		Body *createKeyRequest
	},
	) (*output[controlapi.Key], error) {
		var o createKeyRequest
		if in.Body != nil {
			o = *in.Body
		}
		return respond(teams.AddKey(in.Team, controlapi.Key{ID: o.KeyID, Environments: o.Environments, Topics: o.Topics}))
	})
	register(r, huma.Operation{
		OperationID: "revoke-key", Method: http.MethodDelete, Path: "/v1/teams/{team}/keys/{key}", Tags: []string{teamsTag},
		Summary: "Revoke a key: provider tokens signed with it are rejected from now on", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		TeamInput
		Key string `path:"key" maxLength:"64" example:"KEY0000001" doc:"The key ID"`
	},
	) (*struct{}, error) {
		return done(teams.RevokeKey(in.Team, in.Key))
	})
	register(r, huma.Operation{
		OperationID: "add-app", Method: http.MethodPost, Path: "/v1/apps", Tags: []string{teamsTag}, DefaultStatus: http.StatusCreated,
		Summary:     "Register an app for a team",
		RequestBody: exampleBody(createAppRequest{BundleID: "com.example.app"}),
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct{ Body createAppRequest }) (*output[controlapi.Team], error) {
		if err := teams.AddApp(in.Body.Team, in.Body.BundleID); err != nil {
			return nil, rejected(err)
		}
		team, err := teams.GetTeam(in.Body.Team)
		if err == nil && in.Body.Broadcast != nil {
			err = teams.SetBroadcast(team.Team, in.Body.BundleID, *in.Body.Broadcast)
		}
		return respond(team, err)
	})
	register(r, huma.Operation{
		OperationID: "remove-app", Method: http.MethodDelete, Path: "/v1/apps/{bundleId}", Tags: []string{teamsTag},
		Summary: "Remove an app and its channels from a team", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		BundleID string `path:"bundleId" example:"com.example.app" doc:"Bundle ID"`
		Team     string `query:"team" example:"SIMTEAM001" doc:"Team; default: the default team"`
	},
	) (*struct{}, error) {
		return done(teams.RemoveApp(in.Team, in.BundleID))
	})
}

// registerTeamDeletion is apart from registerTeams since it deletes the space of a team, too.
func registerTeamDeletion(r *router) {
	register(r, huma.Operation{
		OperationID: "delete-team", Method: http.MethodDelete, Path: "/v1/teams/{team}", Tags: []string{teamsTag},
		Summary:     "Delete a team with everything it owns, including its space",
		Description: "Like deleting a space, but also for a team without one. The default team cannot be deleted.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *TeamInput) (*struct{}, error) {
		return done(r.server.Spaces.DeleteTeam(in.Team))
	})
}
