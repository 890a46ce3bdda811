package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// spaceCommand groups the commands about spaces.
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
	order := controlapi.CreateSpaceRequest{Team: s.Team, Topics: s.Topic, Devices: &s.Devices, Environment: s.Environment, P12Password: s.P12Password}
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
		"APNS_SIM_CERTIFICATE_FILE": {keystore.DefaultCertificateFile, made.Certificate},
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
	for _, file := range append(keys, filepath.Join(dir, keystore.DefaultCertificateFile), dir) {
		_ = os.Remove(file) // what is not there, or in use, is no concern
	}
	return nil
}
