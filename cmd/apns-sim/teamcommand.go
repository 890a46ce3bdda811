package main

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// teamCommand groups the commands about teams of a running simulator.
type teamCommand struct {
	List   teamList   `cmd:"" help:"List the teams with their keys and apps."`
	AddKey teamAddKey `cmd:"" help:"Create an authentication key and print its .p8 file, which cannot be retrieved again."`
	Revoke teamRevoke `cmd:"" help:"Revoke an authentication key."`
	AddApp teamAddApp `cmd:"" help:"Add an app to a team, with the broadcast capability."`

	RemoveApp teamRemoveApp `cmd:"" help:"Remove an app and its channels from a team."`
	Show      teamShow      `cmd:"" help:"Show a team with its keys and apps."`
	Delete    teamDelete    `cmd:"" help:"Delete a team with its contents; the default team cannot be deleted."`

	Suspend teamSuspend `cmd:"" help:"Suspend a team: its pushes are rejected with Forbidden."`
	Resume  teamResume  `cmd:"" help:"Lift the suspension of a team."`
}

type teamList struct{ remote }

// Run lists the teams.
func (t *teamList) Run(ctx context.Context, c *console) error {
	teams, err := listAll[controlapi.Team](ctx, &t.remote, "teams", nil)
	if err != nil {
		return err
	}
	return show(c, t.JSON, teams, teamHead, teamRow)
}

const teamHead = "TEAM\tSPACE\tKEYS\tAPPS"

func teamRow(t *controlapi.Team) []string {
	keys := make([]string, len(t.Keys))
	for i, key := range t.Keys {
		keys[i] = key.ID
	}
	where := map[bool]string{true: "its own", false: "default"}[t.HasSpace]
	if t.Suspended {
		where += ", suspended"
	}
	return []string{t.Team, where, strings.Join(keys, ","), strings.Join(t.Apps, ",")}
}

type teamShow struct{ oneTeam }

// Run shows the team, with what its keys are restricted to.
func (t *teamShow) Run(ctx context.Context, c *console) error {
	var one controlapi.Team
	if err := t.call(ctx, http.MethodGet, "/v1/teams"+segment(t.Team), nil, nil, &one); err != nil {
		return err
	}
	properties := [][2]string{{"team", one.Team}, {"space", teamRow(&one)[1]}, {"apps", strings.Join(one.Apps, ", ")}}
	for _, key := range one.Keys {
		restricted := strings.Join(append(key.Environments, key.Topics...), ", ")
		properties = append(properties, [2]string{"key " + key.ID, cmp.Or(restricted, "not restricted")})
	}
	return showOne(c, t.JSON, &one, properties...)
}

type teamDelete struct{ oneTeam }

// Run deletes the team.
func (t *teamDelete) Run(ctx context.Context) error {
	return t.call(ctx, http.MethodDelete, "/v1/teams"+segment(t.Team), nil, nil, nil)
}

type teamAddKey struct {
	remote
	Team string `arg:"" help:"Team ID."`
	ID   string `name:"id" env:"-" placeholder:"KEYID" help:"Key ID (default: random)."`

	Environment []string `env:"-" placeholder:"ENV" sep:"," help:"Restrict the key to production or sandbox (default: both)."`
	Topic       []string `env:"-" placeholder:"TOPIC" sep:"," help:"Restrict the key to a bundle ID; repeatable (default: all apps of the team)."`
}

// Run makes the key.
func (t *teamAddKey) Run(ctx context.Context, c *console) error {
	order := map[string]any{}
	if t.ID != "" {
		order["keyId"] = t.ID
	}
	if len(t.Environment) > 0 {
		order["environments"] = t.Environment
	}
	if len(t.Topic) > 0 {
		order["topics"] = t.Topic
	}
	var key controlapi.Key
	if err := t.call(ctx, http.MethodPost, "/v1/teams"+segment(t.Team)+"/keys", nil, order, &key); err != nil {
		return err
	}
	if t.JSON {
		return showOne(c, true, &key)
	}
	return t.say(c, "%s", strings.TrimSuffix(key.P8, "\n"))
}

type teamRevoke struct {
	remote
	Team string `arg:"" help:"Team ID."`
	ID   string `arg:"" help:"Key ID."`
}

// Run revokes the key.
func (t *teamRevoke) Run(ctx context.Context) error {
	return t.call(ctx, http.MethodDelete, "/v1/teams"+segment(t.Team)+"/keys"+segment(t.ID), nil, nil, nil)
}

type teamAddApp struct {
	remote
	Team     string `arg:"" help:"Team ID."`
	BundleID string `arg:"" help:"Bundle ID."`

	Broadcast bool `negatable:"" default:"true" env:"-" help:"Give the app the broadcast capability; --no-broadcast removes it."`
}

// Run gives the app to the team.
func (t *teamAddApp) Run(ctx context.Context, c *console) error {
	order := map[string]any{"team": t.Team, "bundleId": t.BundleID, "broadcast": t.Broadcast}
	return t.call(ctx, http.MethodPost, "/v1/apps", nil, order, nil)
}

type teamRemoveApp struct {
	remote
	Team     string `arg:"" help:"Team ID."`
	BundleID string `arg:"" help:"Bundle ID."`
}

// Run takes the app from the team.
func (t *teamRemoveApp) Run(ctx context.Context) error {
	return t.call(ctx, http.MethodDelete, "/v1/apps"+segment(t.BundleID), url.Values{"team": {t.Team}}, nil, nil)
}

type (
	teamSuspend struct{ oneTeam }
	teamResume  struct{ oneTeam }
)

// A oneTeam says which team is meant.
type oneTeam struct {
	remote
	Team string `arg:"" help:"Team ID."`
}

// Run suspends the team.
func (t *teamSuspend) Run(ctx context.Context) error { return t.act(ctx, "suspend") }

// Run resumes the team.
func (t *teamResume) Run(ctx context.Context) error { return t.act(ctx, "resume") }

func (t *oneTeam) act(ctx context.Context, action string) error {
	return t.call(ctx, http.MethodPost, "/v1/teams"+segment(t.Team)+"/"+action, nil, nil, nil)
}
