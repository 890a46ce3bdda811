package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// channelCommand groups the commands about broadcast channels.
type channelCommand struct {
	List   channelList   `cmd:"" help:"List the broadcast channels of an app, oldest first."`
	Create channelCreate `cmd:"" help:"Create a broadcast channel and print its ID."`
	Delete channelDelete `cmd:"" help:"Delete a broadcast channel and notify its subscribers."`
}

// A channelApp says whose channels are meant.
type channelApp struct {
	remote
	Topic       string `arg:"" help:"Bundle ID of the app."`
	Team        string `env:"-" placeholder:"TEAM" help:"Team of the app (default: the default team)."`
	Environment string `env:"-" enum:"production,sandbox" default:"production" placeholder:"ENV" help:"Environment: production or sandbox."`
}

type channelList struct{ channelApp }

// Run lists the channels.
func (l *channelList) Run(ctx context.Context, c *console) error {
	query := url.Values{"topic": {l.Topic}, "environment": {l.Environment}}
	if l.Team != "" {
		query.Set("team", l.Team)
	}
	channels, err := listAll[controlapi.Channel](ctx, &l.remote, "channels", query)
	if err != nil {
		return err
	}
	return show(c, l.JSON, channels, "CHANNEL\tTEAM\tTOPIC\tENVIRONMENT\tSTORES\tCREATED", func(o *controlapi.Channel) []string {
		stores := map[bool]string{true: "one message", false: "none"}[o.Stores]
		return []string{o.ID, o.Team, o.Topic, o.Environment, stores, o.Created.Format(time.RFC3339)}
	})
}

type channelCreate struct {
	channelApp
	Stores bool `env:"-" help:"Store the most recent message for devices that subscribe later."`
}

// Run makes the channel.
func (l *channelCreate) Run(ctx context.Context, c *console) error {
	order := map[string]any{"topic": l.Topic, "environment": l.Environment, "stores": l.Stores}
	if l.Team != "" {
		order["team"] = l.Team
	}
	var made controlapi.Channel
	if err := l.call(ctx, http.MethodPost, "/v1/channels", nil, order, &made); err != nil {
		return err
	}
	if l.JSON {
		return showOne(c, true, &made)
	}
	return l.say(c, "%s", made.ID)
}

type channelDelete struct {
	remote
	ID string `arg:"" help:"Channel ID, in base64 or base64url."`
}

// Run deletes the channel. A slash in its id would end the part of the path.
func (l *channelDelete) Run(ctx context.Context) error {
	id := strings.NewReplacer("/", "_", "+", "-").Replace(l.ID)
	return l.call(ctx, http.MethodDelete, "/v1/channels"+segment(id), nil, nil, nil)
}
