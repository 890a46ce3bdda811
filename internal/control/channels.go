package control

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Channels has the broadcast channels of apps, as providers make them at the listeners
// for channel management. An error of [controlapi.ErrNotFound] says what is not there.
type Channels interface {
	PageChannels(team, bundleID, environment string, p controlapi.Page) (list []controlapi.Channel, next string, err error)
	MakeChannel(o controlapi.Channel) (controlapi.Channel, error)
	// DeleteChannel removes the channel with an id, which no other has.
	DeleteChannel(id []byte) error
}

const channelsTag = "channels"

type channelList struct {
	Channels []controlapi.Channel `json:"channels"`
	More
}

func registerChannels(r *router) {
	channels := r.server.Channels
	register(r, huma.Operation{
		OperationID: "list-channels", Method: http.MethodGet, Path: "/v1/channels", Tags: []string{channelsTag},
		Summary: "List the broadcast channels of an app, oldest first", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Team        string `query:"team" maxLength:"64" example:"SIMTEAM001" doc:"Team; default: the default team"`
		Topic       string `query:"topic" example:"com.example.demo" required:"true" doc:"The bundle ID of the app"`
		Environment string `query:"environment" enum:"production,sandbox" default:"production" example:"production" doc:"Environment"`
		controlapi.Page
	},
	) (*output[channelList], error) {
		list, next, err := channels.PageChannels(in.Team, in.Topic, in.Environment, in.Page)
		return respond(channelList{list, More{next}}, err)
	})
	register(r, huma.Operation{
		OperationID: "make-channel", Method: http.MethodPost, Path: "/v1/channels", Tags: []string{channelsTag}, DefaultStatus: http.StatusCreated,
		Summary:     "Create a broadcast channel",
		RequestBody: exampleBody(map[string]any{"topic": "com.example.demo", "stores": true}),
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct{ Body controlapi.Channel }) (*output[controlapi.Channel], error) {
		return respond(channels.MakeChannel(in.Body))
	})
	register(r, huma.Operation{
		OperationID: "delete-channel", Method: http.MethodDelete, Path: "/v1/channels/{id}", Tags: []string{channelsTag},
		Summary: "Delete a channel and notify its subscribers", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		ID string `path:"id" maxLength:"128" example:"AAAAAAAAAAAAAAAAAAAAAA" doc:"Channel ID, base64 or base64url"`
	},
	) (*struct{}, error) {
		id, ok := channelID(in.ID)
		if !ok {
			return nil, reject(http.StatusNotFound, "%q is not the id of a channel, in base64 or base64url; GET /v1/channels lists them", in.ID)
		}
		return done(channels.DeleteChannel(id))
	})
}

// channelID reads the id of a channel in either alphabet, padded or not.
func channelID(text string) ([]byte, bool) {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if id, err := encoding.DecodeString(text); err == nil && len(id) > 0 {
			return id, true
		}
	}
	return nil, false
}
