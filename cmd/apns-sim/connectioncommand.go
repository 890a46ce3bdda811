package main

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// connectionCommand groups the commands about open connections.
type connectionCommand struct {
	List  connectionList  `cmd:"" help:"List the open connections of providers and devices."`
	Close connectionClose `cmd:"" help:"Close a connection: a provider receives GOAWAY, a device reconnects."`
}

type connectionList struct {
	remote
	Space string `env:"-" placeholder:"TEAM" help:"List only the connections of this team."`
}

// Run lists the connections.
func (l *connectionList) Run(ctx context.Context, c *console) error {
	connections, err := listAll[controlapi.Connection](ctx, &l.remote, "connections", narrowedTo(l.Space))
	if err != nil {
		return err
	}
	return show(c, l.JSON, connections, "ID\tKIND\tREMOTE\tENVIRONMENT\tTEAM\tSINCE\tREQUESTS", func(o *controlapi.Connection) []string {
		id := strconv.FormatUint(o.ID, 10)
		if o.ID == 0 {
			id = o.Device.String()
		}
		return []string{id, o.Kind, o.Remote, o.Environment, cmp.Or(o.Space, o.Certificate), o.Since.Local().Format(time.TimeOnly), number(int(o.Requests))}
	})
}

type connectionClose struct {
	remote
	ID string `arg:"" help:"Number of a provider connection, or ID of a device."`
}

// Run closes the connection.
func (l *connectionClose) Run(ctx context.Context) error {
	return l.call(ctx, http.MethodDelete, "/v1/connections"+segment(l.ID), nil, nil, nil)
}
