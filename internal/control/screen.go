package control

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// A Screen is what there is to see on a virtual device.
type Screen struct {
	Apps       []ScreenApp      `json:"apps" doc:"The apps on it, with their badges"`
	Groups     []ScreenGroup    `json:"groups" doc:"The notification center: the group with the newest notification first"`
	Activities []ScreenActivity `json:"activities" doc:"The Live Activities on the locked screen"`
	Received   []ScreenPush     `json:"received" doc:"What it made of each push, the newest first, up to 50"`
}

// A ScreenApp is an icon.
type ScreenApp struct {
	Topic string `json:"topic" doc:"Bundle ID" example:"com.example.demo"`
	Badge int    `json:"badge" doc:"The number on its icon; 0 is none" example:"3"`
}

// A ScreenGroup is what a phone stacks.
type ScreenGroup struct {
	App           string       `json:"app" doc:"Bundle ID" example:"com.example.demo"`
	Thread        string       `json:"thread,omitempty" doc:"thread-id"`
	Notifications []ScreenNote `json:"notifications" doc:"The newest first"`
}

// A ScreenNote is a notification in the notification center.
type ScreenNote struct {
	At       time.Time `json:"at" doc:"When the device received it"`
	Title    string    `json:"title,omitempty" example:"Hello"`
	Subtitle string    `json:"subtitle,omitempty"`
	Body     string    `json:"body,omitempty"`
	Level    string    `json:"level,omitempty" doc:"interruption-level" example:"time-sensitive"`
	Sound    string    `json:"sound,omitempty" example:"default"`
}

// A ScreenActivity is a Live Activity.
type ScreenActivity struct {
	App     string    `json:"app" doc:"Bundle ID"`
	Type    string    `json:"type,omitempty" doc:"attributes-type; absent if the app started it itself"`
	State   string    `json:"state" doc:"content-state, compact JSON"`
	Updated time.Time `json:"updated"`
	Stale   bool      `json:"stale" doc:"Its state is out of date"`
	Ended   bool      `json:"ended" doc:"It has ended and will leave the screen"`
}

// A ScreenPush is what a device made of a push.
type ScreenPush struct {
	Number      uint64        `json:"number" doc:"Its number in the inbox" example:"1"`
	At          time.Time     `json:"at" doc:"When the device received it"`
	Topic       string        `json:"topic" doc:"The app it is for, with the suffix of its push type" example:"com.example.demo"`
	Kind        string        `json:"kind" doc:"What it is, in a few words" example:"alert"`
	Visible     bool          `json:"visible" doc:"There is something to see or to hear"`
	FromStorage bool          `json:"fromStorage" doc:"Whether it was stored while the device was offline"`
	Effects     []string      `json:"effects" doc:"What the device does, each in a sentence"`
	Fields      []ScreenField `json:"fields" doc:"The parts of the payload that mean something to the system"`
	Advice      []apns.Advice `json:"advice" doc:"Why it shows less than its provider may have meant"`
}

// A ScreenField is a line about a push.
type ScreenField struct {
	Label string `json:"label" example:"title"`
	Text  string `json:"text" example:"Hello"`
}

// maxScreenPushes is how many of the latest pushes a screen tells of.
const maxScreenPushes = 50

func registerScreen(r *router) {
	register(r, huma.Operation{
		OperationID: "get-screen", Method: http.MethodGet, Path: "/v1/devices/{id}/screen", Tags: []string{devicesTag},
		Summary: "What there is to see on a virtual device",
		Description: "Worked out from its inbox: notifications as a device groups them, badges, Live Activities, and what never shows. " +
			"An inbox that was emptied leaves an empty screen.",
		Errors: []int{http.StatusNotFound},
	}, func(ctx context.Context, in *DeviceInput) (*output[Screen], error) {
		device, err := r.server.Devices.Device(in.id())
		if err != nil {
			return nil, rejected(err)
		}
		inbox, err := r.server.Devices.Inbox(ctx, in.id(), 0, 0)
		if err != nil {
			return nil, rejected(err)
		}
		return &output[Screen]{screenOf(&device, inbox, r.server.Clock.Now())}, nil
	})
}

// screenOf has a device show what is in its inbox.
func screenOf(device *controlapi.Device, inbox []controlapi.Received, now time.Time) Screen {
	var shown presentation.Screen
	view := Screen{Apps: []ScreenApp{}, Groups: []ScreenGroup{}, Activities: []ScreenActivity{}, Received: []ScreenPush{}}
	for i := range inbox {
		push := takePush(&shown, &inbox[i])
		if len(inbox)-i <= maxScreenPushes {
			view.Received = append([]ScreenPush{push}, view.Received...)
		}
	}
	for _, app := range device.Apps {
		view.Apps = append(view.Apps, ScreenApp{app.Topic, shown.Badge(app.Topic)})
	}
	for _, g := range shown.Groups() {
		view.Groups = append(view.Groups, groupOf(&g))
	}
	for _, a := range shown.Activities(now) {
		view.Activities = append(view.Activities, ScreenActivity{a.App, a.Type, a.State, a.Updated, a.IsStale(now), a.Ended})
	}
	return view
}

// takePush shows a push.
func takePush(on *presentation.Screen, r *controlapi.Received) ScreenPush {
	payload, _ := base64.StdEncoding.DecodeString(r.PayloadBase64) // the simulator has encoded it
	shown := on.Take(presentation.Push{
		Topic: r.Topic, Payload: payload, At: r.At, Priority: apns.Priority(r.Priority), Channel: r.Channel,
	})
	push := ScreenPush{
		Number: r.Number, At: r.At, Topic: r.Topic, Kind: shown.Kind, Visible: shown.Visible, FromStorage: r.FromStorage,
		Effects: append([]string{}, shown.Effects...), Fields: []ScreenField{}, Advice: append([]apns.Advice{}, shown.Advice...),
	}
	for _, f := range shown.Fields {
		push.Fields = append(push.Fields, ScreenField(f))
	}
	return push
}

func groupOf(g *presentation.Group) ScreenGroup {
	group := ScreenGroup{App: g.App, Thread: g.Thread, Notifications: make([]ScreenNote, len(g.Notes))}
	for i, n := range g.Notes {
		group.Notifications[i] = ScreenNote{n.At, n.Title, n.Subtitle, n.Body, n.Level, n.Sound}
	}
	return group
}
