package main

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// spaceCommand groups the verbs about spaces.
type spaceCommand struct {
	Create spaceCreate `cmd:"" help:"Create a space: an isolated team with a key, a certificate, an app and a device."`
	List   spaceList   `cmd:"" help:"List the spaces."`
	Show   spaceShow   `cmd:"" help:"Show a space."`
	Delete spaceDelete `cmd:"" help:"Delete a space with its contents."`
}

type spaceCreate struct {
	remote
	Team        string   `env:"-" placeholder:"TEAM" help:"Team ID, which is also the name of the space (default: random)."`
	Topic       []string `env:"-" placeholder:"TOPIC" sep:"," help:"Bundle ID of an app; repeatable (default: com.example.app)."`
	Devices     int      `env:"-" default:"1" placeholder:"N" help:"Number of devices."`
	Environment string   `env:"-" enum:"production,sandbox" default:"production" placeholder:"ENV" help:"Environment: production or sandbox."`
	P12Password string   `name:"p12-password" env:"-" placeholder:"TEXT" help:"With --json, also return the certificate as PKCS#12 with this password."`
	Dir         string   `env:"-" placeholder:"DIR" help:"Directory for the key and certificate (default: a directory in the user's cache that space delete removes)."`
}

// Help is what the help says before the flags.
func (spaceCreate) Help() string {
	return "Prints the environment variables for a program under test. --json also prints the key, the certificate and the devices."
}

// Run makes a space.
func (s *spaceCreate) Run(ctx context.Context, c *console) error {
	order := controlapi.SpaceOrder{Team: s.Team, Topics: s.Topic, Devices: &s.Devices, Environment: s.Environment, P12Password: s.P12Password}
	var made controlapi.CreatedSpace
	err := s.whileMaking(ctx, c, s.Team, s.Devices, func() error {
		return s.call(ctx, http.MethodPost, "/v1/spaces", nil, order, &made)
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return showOne(c, true, &made)
	}
	if err := s.complete(&made); err != nil {
		return err
	}
	return printVariables(c.stdout, "sh", made.Variables)
}

// complete writes the files that variables name, and empties those that would still
// have what is another team's.
func (s *spaceCreate) complete(made *controlapi.CreatedSpace) error {
	dir, err := s.folder(s.Dir, made.Team)
	if err != nil {
		return err
	}
	for variable, file := range map[string]struct{ name, text string }{
		"APNS_SIM_KEY_FILE":         {keystore.SigningKey{KeyID: made.KeyID}.FileName(), made.Key},
		"APNS_SIM_CERTIFICATE_FILE": {keystore.DemoCertificateFile, made.Certificate},
	} {
		path := filepath.Join(dir, file.name)
		if err := pki.WriteSecret(path, []byte(file.text)); err != nil {
			return err
		}
		made.Variables[variable] = path
	}
	if s.ControlToken != "" {
		made.Variables["APNS_SIM_CONTROL_TOKEN"] = s.ControlToken
	}
	for _, variable := range []string{"APNS_SIM_TOKEN", "APNS_SIM_DEVICE_ID", "APNS_SIM_TOKEN_SANDBOX", "APNS_SIM_DEVICE_ID_SANDBOX"} {
		if _, ok := made.Variables[variable]; !ok {
			made.Variables[variable] = ""
		}
	}
	return nil
}

const spaceHead = "SPACE\tKEY\tAPPS\tDEVICES\tTIME"

func spaceRow(s *controlapi.Space) []string {
	return []string{s.Team, s.KeyID, strings.Join(s.Topics, ","), strconv.Itoa(s.DeviceCount), s.Time.Format(time.RFC3339)}
}

type spaceList struct{ remote }

// Run lists the spaces.
func (s *spaceList) Run(ctx context.Context, c *console) error {
	spaces, err := listAll[controlapi.Space](ctx, &s.remote, "spaces", nil)
	if err != nil {
		return err
	}
	return show(c, s.JSON, spaces, spaceHead, spaceRow)
}

type spaceShow struct {
	remote
	Team string `arg:"" help:"Team ID."`
}

// Run shows the space.
func (s *spaceShow) Run(ctx context.Context, c *console) error {
	var one controlapi.Space
	if err := s.call(ctx, http.MethodGet, "/v1/spaces"+segment(s.Team), nil, nil, &one); err != nil {
		return err
	}
	return show(c, s.JSON, []controlapi.Space{one}, spaceHead, spaceRow)
}

type spaceDelete struct {
	remote
	Team string `arg:"" help:"Team ID."`
}

// Run deletes the space, and what create has put into the user's cache.
func (s *spaceDelete) Run(ctx context.Context) error {
	if err := s.call(ctx, http.MethodDelete, "/v1/spaces"+segment(s.Team), nil, nil, nil); err != nil {
		return err
	}
	dir, err := s.folder("", filepath.Base(s.Team))
	if err != nil {
		return nil //nolint:nilerr // Then create has put nothing there.
	}
	keys, err := filepath.Glob(filepath.Join(dir, "AuthKey_*.p8"))
	if err != nil { // the team has letters and digits alone, the cache is somebody's affair
		return nil //nolint:nilerr // As above.
	}
	for _, file := range append(keys, filepath.Join(dir, keystore.DemoCertificateFile), dir) {
		_ = os.Remove(file) // what is not there, or in use, is no concern
	}
	return nil
}

// teamCommand groups the verbs about teams of a running simulator.
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
	where := map[bool]string{true: "its own", false: "default"}[t.Own]
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
