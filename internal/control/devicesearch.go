package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// DeviceSearcher finds devices among many.
type DeviceSearcher interface {
	// SearchDevices counts the devices in a space, or in all of them, and describes the
	// first of those whose id, apps or tokens have a text.
	SearchDevices(space string, all bool, text string, limit int) controlapi.DeviceSearch
}

func registerDeviceSearch(r *router) {
	s := r.server
	register(r, huma.Operation{
		OperationID: "summarize-devices", Method: http.MethodGet, Path: "/v1/devices/summary", Tags: []string{devicesTag},
		Summary:     "How many devices there are, and those that match a text",
		Description: "For fleets that are too large to list.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Space string `query:"space" maxLength:"64" example:"SIMTEAM001" doc:"Only devices in this space; for a team without a space, those in the default space"`
		Find  string `query:"find" maxLength:"200" example:"com.example.demo" doc:"Text to find in the ID, apps or tokens of a device; without it all match"`
		Limit int    `query:"limit" default:"100" minimum:"1" maximum:"1000" example:"100" doc:"How many to describe at most"`
	},
	) (*output[controlapi.DeviceSearch], error) {
		if err := s.knowsSpace(in.Space); err != nil {
			return nil, err
		}
		return respond(s.DeviceSearcher.SearchDevices(in.Space, in.Space == "", in.Find, in.Limit), nil)
	})
}
