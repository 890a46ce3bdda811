package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

// envCommand prints the variables that exec would set, for a simulator that runs.
type envCommand struct {
	remote
	For    string `env:"-" enum:"${env_formats}" default:"sh" placeholder:"FORM" help:"Format: ${env_formats}."`
	Dir    string `env:"-" placeholder:"DIR" help:"Directory for the root certificate files (default: a directory for this simulator in the user's cache)."`
	Proxy  bool   `env:"-" help:"Also set HTTPS_PROXY and HTTP_PROXY; the simulator must run with --listen-proxy."`
	Device bool   `env:"-" help:"Create a virtual device if there is none, so that APNS_SIM_TOKEN is set."`
}

// Help is what the help says before the flags.
func (envCommand) Help() string {
	return `eval "$(apns-sim env)" sets the variables in a shell: addresses, credentials and root certificates.`
}

// Run prints them.
func (e *envCommand) Run(ctx context.Context, c *console) error {
	if err := e.check(); err != nil {
		return usageError{err}
	}
	info, err := e.discover(ctx)
	if err != nil {
		return err
	}
	p := info.EnvVars()
	p.Control, p.ControlToken, p.Inherited = e.Control, e.ControlToken, os.Getenv
	if e.Proxy {
		if info.Proxy == "" {
			return badUsage("--proxy: the simulator has no proxy; start it with --listen-proxy 127.0.0.1:8198")
		}
		p.Proxy = info.Proxy
	}
	if err := e.trust(ctx, &p); err != nil {
		return err
	}
	if err := e.device(ctx, &p); err != nil {
		return err
	}
	form := e.For
	if e.JSON {
		form = inJSON
	}
	if form == inGitHub {
		return e.printToGitHub(c, p.Map())
	}
	return printVariables(c.stdout, form, p.Map())
}

// trust writes the files of roots.
func (e *envCommand) trust(ctx context.Context, p *envvars.Values) error {
	dir, err := e.folder(e.Dir)
	if err != nil {
		return err
	}
	root, err := e.get(ctx, "/v1/ca.pem")
	if err != nil {
		return err
	}
	if !sameRoot(p.CAFile, root) {
		if err := e.fetchFiles(ctx, dir, root, p); err != nil {
			return err
		}
	}
	if err := writeP12(dir, p); err != nil {
		return err
	}
	return writeTrust(dir, root, p)
}

// folder is where files go that belong to a simulator: dir, or always the same one in
// the user's cache.
func (f *controlFlags) folder(dir string, below ...string) (string, error) {
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("directory for keys and root certificates: %w; set one with --dir", err)
		}
		where, socket := controlapi.SocketPath(f.Control)
		if !socket {
			at, err := url.Parse(f.Control)
			if err != nil { // it was checked
				return "", usageError{err}
			}
			where = at.Host
		}
		dir = filepath.Join(cache, "apns-sim", strings.NewReplacer(":", "-", "[", "", "]", "", "/", "-", `\`, "-").Replace(where))
		dir = filepath.Join(append([]string{dir}, below...)...)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("directory for keys and root certificates: %w; set another one with --dir", err)
	}
	return filepath.Abs(dir)
}

// device finds devices inside the simulator that have the default team's app.
func (e *envCommand) device(ctx context.Context, p *envvars.Values) error {
	devices, err := listAll[controlapi.Device](ctx, &e.remote, "devices", nil)
	if err != nil {
		return err
	}
	for i := range devices {
		if d := &devices[i]; d.Virtual && d.Space == "" {
			spacecontrol.PlaceDevice(p, d)
		}
	}
	if p.Token != "" || !e.Device {
		return nil
	}
	var made struct{ Devices []controlapi.Device }
	if err := e.call(ctx, http.MethodPost, "/v1/devices", nil, controlapi.CreateDevicesRequest{}, &made); err != nil {
		return err
	}
	spacecontrol.PlaceDevice(p, &made.Devices[0])
	return nil
}
