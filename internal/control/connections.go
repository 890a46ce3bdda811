package control

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Connections has the open connections.
type Connections interface {
	// PageConnections has a page of those of providers and devices, of a team if it is
	// not "".
	PageConnections(team string, p controlapi.Page) (list []controlapi.Connection, next string, err error)
	// CloseConnection takes leave of a provider's connection by its number,
	// CloseDeviceConnection ends those of a device. They report whether there was
	// one.
	CloseConnection(number uint64) bool
	CloseDeviceConnection(id apns.DeviceID) bool
}

type connectionList struct {
	Connections []controlapi.Connection `json:"connections"`
	More
}

func registerConnections(r *router) {
	connections := r.server.Connections
	register(r, huma.Operation{
		OperationID: "list-connections", Method: http.MethodGet, Path: "/v1/connections", Tags: []string{"connections"},
		Summary: "List the open connections of providers and devices",
		Errors:  []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Space string `query:"space" maxLength:"64" example:"SIMTEAM001" doc:"Only connections of this team"`
		controlapi.Page
	},
	) (*output[connectionList], error) {
		if err := r.server.knowsSpace(in.Space); err != nil {
			return nil, err
		}
		list, next, err := connections.PageConnections(in.Space, in.Page)
		return respond(connectionList{list, More{next}}, err)
	})
	register(r, huma.Operation{
		OperationID: "close-connection", Method: http.MethodDelete, Path: "/v1/connections/{id}", Tags: []string{"connections"},
		Summary:     "Close a connection",
		Description: "Closes a provider's connection, by its number, with GOAWAY, or the connections of a device, by its ID. The device reconnects.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		ID string `path:"id" maxLength:"20" example:"1" doc:"Number of the connection, or device ID"`
	},
	) (*struct{}, error) {
		var device apns.DeviceID
		if device.UnmarshalText([]byte(in.ID)) == nil && connections.CloseDeviceConnection(device) {
			return nil, nil //nolint:nilnil // How huma wants to hear that there is no body.
		}
		number, err := strconv.ParseUint(in.ID, 10, 64)
		if err != nil || !connections.CloseConnection(number) {
			return nil, reject(http.StatusNotFound, "there is no open connection %s; GET /v1/connections lists them", in.ID)
		}
		return nil, nil //nolint:nilnil // As above.
	})
}
