package control

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Devices has the devices, those inside the simulator and those that connect from
// external ones. An error of [controlapi.ErrNotFound] says that there is no such device.
type Devices interface {
	// NewDevices makes virtual devices; they are connected, and their apps have
	// their tokens.
	NewDevices(ctx context.Context, o controlapi.CreateDevicesRequest) ([]controlapi.Device, error)
	// PageDevices has a page of the devices in a space, "" being the default space, or
	// in all of them.
	PageDevices(space string, all bool, p controlapi.Page) (list []controlapi.Device, next string, err error)
	// Progress tells how far the calls have come that do something with many devices.
	Progress() []controlapi.Progress
	Device(id apns.DeviceID) (controlapi.Device, error)
	// RemoveDevice removes a virtual device, and reports whether there was one.
	RemoveDevice(id apns.DeviceID) bool
	// TellDevice has a virtual device do something, for an app if topic names one;
	// see [controlapi.DeviceActions]. Some actions are possible for external devices, too.
	TellDevice(ctx context.Context, id apns.DeviceID, action, topic string) (controlapi.Device, error)
	// Inbox returns what a virtual device has received after a number, once there
	// are count of them; when ctx ends, those there are and its error.
	Inbox(ctx context.Context, id apns.DeviceID, after uint64, count int) ([]controlapi.Received, error)
	ClearInbox(id apns.DeviceID) error
	// SendAway sends a connected device to another courier.
	SendAway(id apns.DeviceID, to controlapi.Redirection) (controlapi.Device, error)
	// RotateDeviceTokenKey makes a new key, which encrypts device tokens from now on.
	RotateDeviceTokenKey() error
}

const devicesTag = "devices"

// DeviceInput names a device. It is exported because huma ignores embedded structs that are
// not.
type DeviceInput struct {
	ID string `path:"id" pattern:"^[0-9a-f]{16}$" patternDescription:"the id of a device, 16 hex digits" example:"0123456789abcdef" doc:"Device ID"`
}

func (in *DeviceInput) id() (id apns.DeviceID) {
	_ = id.UnmarshalText([]byte(in.ID)) // the pattern leaves nothing to reject
	return id
}

type deviceList struct {
	Devices []controlapi.Device `json:"devices"`
	More
	Progress []controlapi.Progress `json:"progress,omitempty" doc:"Progress of calls that create or reset many devices; absent if there is none"`
}

type madeDevices struct {
	Devices []controlapi.Device `json:"devices"`
}

type appInput struct {
	Topic string `json:"topic,omitempty" doc:"Bundle ID; default: the first app of the device"`
}

type inboxInput struct {
	DeviceInput
	After   uint64 `query:"after" example:"0" doc:"Only notifications with a higher number"`
	Count   int    `query:"count" minimum:"0" maximum:"1000" example:"0" doc:"Number of notifications to wait for; 0 does not wait"`
	Timeout string `query:"timeout" default:"5s" example:"5s" doc:"Timeout, at most 1m"`
}

type inboxList struct {
	Notifications []controlapi.Received `json:"notifications"`
}

// maxInboxWait is the longest wait for an inbox.
const maxInboxWait = time.Minute

func registerDevices(r *router) {
	s, devices := r.server, r.server.Devices
	register(r, huma.Operation{
		OperationID: "make-devices", Method: http.MethodPost, Path: "/v1/devices", Tags: []string{devicesTag}, DefaultStatus: http.StatusCreated,
		Summary: "Create virtual devices",
		Description: "A virtual device runs inside the simulator and connects to the courier like any other. The response has its device tokens; " +
			"received notifications are in its inbox. An empty body creates one device with the first 20 apps of the default team.",
		RequestBody: exampleBody(controlapi.CreateDevicesRequest{Topics: []string{"com.example.app"}}),
		Errors:      []int{http.StatusNotFound, http.StatusServiceUnavailable},
		Middlewares: huma.Middlewares{noDeadline}, // thousands take their time
	}, func(ctx context.Context, in *struct {
		Body *controlapi.CreateDevicesRequest
	},
	) (*output[madeDevices], error) {
		var order controlapi.CreateDevicesRequest
		if in.Body != nil {
			order = *in.Body
		}
		order.Count = max(order.Count, 1)
		made, err := devices.NewDevices(ctx, order)
		return respond(madeDevices{made}, err)
	})
	register(r, huma.Operation{
		OperationID: "list-devices", Method: http.MethodGet, Path: "/v1/devices", Tags: []string{devicesTag},
		Summary:     "List virtual devices and connected external devices",
		Description: "Also reports the progress of calls that create or reset many devices, in all spaces; use limit=1 for the progress alone.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Space string `query:"space" maxLength:"64" example:"SIMTEAM001" doc:"Only devices in this space; for a team without a space, those in the default space"`
		controlapi.Page
	},
	) (*output[deviceList], error) {
		if err := s.knowsSpace(in.Space); err != nil {
			return nil, err
		}
		list, next, err := devices.PageDevices(in.Space, in.Space == "", in.Page)
		return respond(deviceList{list, More{next}, devices.Progress()}, err)
	})
	register(r, huma.Operation{
		OperationID: "get-device", Method: http.MethodGet, Path: "/v1/devices/{id}", Tags: []string{devicesTag},
		Summary: "Show a device with its state, apps and tokens", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *DeviceInput) (*output[controlapi.Device], error) {
		return respond(devices.Device(in.id()))
	})
	register(r, huma.Operation{
		OperationID: "delete-device", Method: http.MethodDelete, Path: "/v1/devices/{id}", Tags: []string{devicesTag},
		Summary: "Delete a virtual device; pushes to its tokens are answered Unregistered", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *DeviceInput) (*struct{}, error) {
		if !devices.RemoveDevice(in.id()) {
			return nil, reject(http.StatusNotFound, "there is no virtual device %s; GET /v1/devices lists them", in.ID)
		}
		return nil, nil //nolint:nilnil // A nil response tells huma that there is no body.
	})
	register(r, huma.Operation{
		OperationID: "get-inbox", Method: http.MethodGet, Path: "/v1/devices/{id}/inbox", Tags: []string{devicesTag},
		Summary: "List what a virtual device has received, oldest first; optionally wait for it",
		Errors:  []int{http.StatusNotFound, http.StatusRequestTimeout, http.StatusTooManyRequests}, Middlewares: huma.Middlewares{noDeadline},
	}, s.inbox)
	register(r, huma.Operation{
		OperationID: "clear-inbox", Method: http.MethodDelete, Path: "/v1/devices/{id}/inbox", Tags: []string{devicesTag},
		Summary: "Empty the inbox of a virtual device", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *DeviceInput) (*struct{}, error) { return done(devices.ClearInbox(in.id())) })
	register(r, huma.Operation{
		OperationID: "redirect-device", Method: http.MethodPost, Path: "/v1/devices/{id}/redirect", Tags: []string{devicesTag},
		Summary:     "Redirect a connected device to another courier",
		RequestBody: exampleBody(controlapi.Redirection{Host: "localhost"}), Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		DeviceInput
		Body controlapi.Redirection
	},
	) (*output[controlapi.Device], error) {
		return respond(devices.SendAway(in.id(), in.Body))
	})
	register(r, huma.Operation{
		OperationID: "rotate-device-token-key", Method: http.MethodPost, Path: "/v1/device-token-keys", Tags: []string{devicesTag}, DefaultStatus: http.StatusNoContent,
		Summary: "Rotate the key that encrypts device tokens; existing tokens stay valid",
	}, func(context.Context, *struct{}) (*struct{}, error) { return done(devices.RotateDeviceTokenKey()) })
	for _, action := range controlapi.DeviceActions() {
		op := huma.Operation{
			OperationID: action.Name + "-device", Method: http.MethodPost, Path: "/v1/devices/{id}/" + action.Name, Tags: []string{devicesTag},
			Summary: action.Summary, Description: "For virtual devices.", Errors: []int{http.StatusNotFound, http.StatusServiceUnavailable},
		}
		if action.External {
			op.Description = "For virtual devices, and for external devices."
		}
		if !action.App {
			register(r, op, func(ctx context.Context, in *DeviceInput) (*output[controlapi.Device], error) {
				return respond(devices.TellDevice(ctx, in.id(), action.Name, ""))
			})
			continue
		}
		op.OperationID = action.Name + "-app"
		op.RequestBody = exampleBody(appInput{"com.example.app"})
		register(r, op, func(ctx context.Context, in *struct {
			DeviceInput
			Body *appInput
		},
		) (*output[controlapi.Device], error) {
			topic := ""
			if in.Body != nil {
				topic = strings.TrimSpace(in.Body.Topic)
			}
			return respond(devices.TellDevice(ctx, in.id(), action.Name, topic))
		})
	}
}

// inbox answers with what a virtual device has received.
func (s *Server) inbox(ctx context.Context, in *inboxInput) (*output[inboxList], error) {
	wait, err := parseDuration("timeout", in.Timeout, maxInboxWait)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		leave, err := s.takeWaitSlot()
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	list, err := s.Devices.Inbox(ctx, in.id(), in.After, in.Count)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, reject(http.StatusRequestTimeout, "the inbox has %d notifications after %d and not %d; GET /v1/notifications tells what became of each push",
			len(list), in.After, in.Count)
	}
	return respond(inboxList{list}, err)
}
