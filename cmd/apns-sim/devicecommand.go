package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// deviceCommand groups the commands about devices.
type deviceCommand struct {
	List   deviceList   `cmd:"" help:"List virtual devices and connected devices."`
	Create deviceCreate `cmd:"" help:"Create virtual devices."`
	Show   deviceShow   `cmd:"" help:"Show a device with its apps and tokens."`
	Inbox  deviceInbox  `cmd:"" help:"Show the notifications that a virtual device has received, or wait for them."`
	Remove deviceRemove `cmd:"" help:"Remove a device; its device tokens become Unregistered."`

	Online    deviceOnline    `cmd:"" help:"${device_online}"`
	Offline   deviceOffline   `cmd:"" help:"${device_offline}"`
	Lock      deviceLock      `cmd:"" help:"${device_lock}"`
	Unlock    deviceUnlock    `cmd:"" help:"${device_unlock}"`
	Sleep     deviceSleep     `cmd:"" help:"${device_sleep}"`
	Wake      deviceWake      `cmd:"" help:"${device_wake}"`
	LowPower  deviceLowPower  `cmd:"" help:"${device_low_power}"`
	FullPower deviceFullPower `cmd:"" help:"${device_full_power}"`
	Erase     deviceErase     `cmd:"" help:"${device_erase}"`
	Revoke    deviceRevoke    `cmd:"" help:"${device_revoke}"`
	Redirect  deviceRedirect  `cmd:"" help:"Redirect a connected device to another courier."`
	Install   deviceInstall   `cmd:"" help:"${device_install}"`
	Uninstall deviceUninstall `cmd:"" help:"${device_uninstall}"`
	Rotate    deviceRotate    `cmd:"" help:"${device_rotate}"`
	Forbid    deviceForbid    `cmd:"" help:"${device_forbid}"`
	Allow     deviceAllow     `cmd:"" help:"${device_allow}"`

	DecryptToken deviceDecryptToken `cmd:"" help:"Decrypt a device token."`
	NewTokenKey  deviceNewTokenKey  `cmd:"" help:"Rotate the key that encrypts new device tokens; existing tokens stay valid."`
}

const deviceHead = "DEVICE\tWHERE\tSTATE\tENVIRONMENT\tTEAM\tAPPS\tINBOX"

func deviceRow(d *controlapi.Device) []string {
	where := "external"
	if d.Virtual {
		where = "virtual"
	}
	state := "offline"
	if d.Online {
		state = strings.TrimSpace("online " + d.Power)
	}
	if d.LowPower {
		state += ", low power"
	}
	topics := make([]string, len(d.Apps))
	for i, app := range d.Apps {
		topics[i] = app.Topic
	}
	return []string{d.ID.String(), where, state, d.Environment, d.Team, strings.Join(topics, ","), number(d.Inbox)}
}

type deviceList struct {
	remote
	Space string `env:"-" placeholder:"TEAM" help:"List only the devices of this space."`
}

// Run lists the devices.
func (l *deviceList) Run(ctx context.Context, c *console) error {
	devices, err := listAll[controlapi.Device](ctx, &l.remote, "devices", narrowedTo(l.Space))
	if err != nil {
		return err
	}
	return show(c, l.JSON, devices, deviceHead, deviceRow)
}

type deviceCreate struct {
	remote
	Team        string   `env:"-" placeholder:"TEAM" help:"Team of the apps (default: the default team)."`
	Topic       []string `env:"-" placeholder:"TOPIC" sep:"," help:"App to install; repeatable (default: the first 20 apps of the team)."`
	Environment string   `env:"-" enum:"production,sandbox" default:"production" placeholder:"ENV" help:"Environment: production or sandbox."`
	Count       int      `env:"-" default:"1" placeholder:"N" help:"Number of devices."`
	Offline     bool     `env:"-" help:"Disconnect the devices once they have their tokens."`
}

// Run makes devices and prints their tokens.
func (d *deviceCreate) Run(ctx context.Context, c *console) error {
	if err := (counts{"count": d.Count}).below(1); err != nil {
		return usageError{err}
	}
	order := controlapi.CreateDevicesRequest{Team: d.Team, Topics: d.Topic, Environment: d.Environment, Count: d.Count, Offline: d.Offline}
	var made struct{ Devices []controlapi.Device }
	err := d.whileMaking(ctx, c, cmp.Or(d.Team, sim.DefaultTeam), d.Count, func() error {
		return d.call(ctx, http.MethodPost, "/v1/devices", nil, order, &made)
	})
	if err != nil {
		return err
	}
	if d.JSON {
		return show(c, true, made.Devices, "", nil)
	}
	return printTokens(c, made.Devices)
}

// printTokens prints a line for each app of each device.
func printTokens(c *console, devices []controlapi.Device) error {
	rows := []string{"DEVICE\tTOPIC\tTOKEN"}
	for i := range devices {
		for _, app := range devices[i].Apps {
			rows = append(rows, line(devices[i].ID.String(), app.Topic, cmp.Or(app.Token, "none yet")))
		}
	}
	return printTable(c.stdout, strings.Join(rows, "\n")+"\n")
}

// A oneDevice says which device is meant.
type oneDevice struct {
	remote
	ID string `arg:"" optional:"" env:"APNS_SIM_DEVICE_ID" help:"Device ID (default: APNS_SIM_DEVICE_ID, which exec sets)."`
}

// path is that of the device.
func (d *oneDevice) path(action string) (string, error) {
	if d.ID == "" {
		return "", badUsage("the device ID is missing; apns-sim device list prints the IDs")
	}
	return "/v1/devices" + segment(d.ID) + action, nil
}

// tell has the device do something and prints what is known of it then.
func (d *oneDevice) tell(ctx context.Context, c *console, method, action string, in any) error {
	path, err := d.path(action)
	if err != nil {
		return err
	}
	var device controlapi.Device
	if err := d.call(ctx, method, path, nil, in, &device); err != nil {
		return err
	}
	row := deviceRow(&device)
	properties := [][2]string{{"device", row[0]}, {"state", row[2]}, {"where", row[1]}, {"environment", row[3]}, {"team", row[4]}, {"space", device.Space}, {"remote", device.Remote}, {"hardware", device.Hardware}, {"os", device.OS}, {"carrier", device.Carrier}, {"inbox", row[6]}}
	for _, app := range device.Apps {
		properties = append(properties, [2]string{app.Topic, cmp.Or(app.Token, "none yet")})
	}
	return showOne(c, d.JSON, &device, properties...)
}

type deviceShow struct{ oneDevice }

// Run shows the device.
func (d *deviceShow) Run(ctx context.Context, c *console) error {
	return d.tell(ctx, c, http.MethodGet, "", nil)
}

type deviceRemove struct{ oneDevice }

// Run removes the device.
func (d *deviceRemove) Run(ctx context.Context) error {
	path, err := d.path("")
	if err != nil {
		return err
	}
	return d.call(ctx, http.MethodDelete, path, nil, nil, nil)
}

type deviceInbox struct {
	oneDevice
	After   uint64        `env:"-" placeholder:"NUMBER" help:"Show only notifications after this number."`
	Count   int           `env:"-" placeholder:"N" help:"Wait for this many notifications; by default it does not wait."`
	Timeout time.Duration `env:"-" default:"10s" placeholder:"TIME" help:"Maximum time to wait, up to 1m; the exit code is 4 after that."`
	Clear   bool          `env:"-" help:"Empty the inbox."`
}

// Run prints the inbox.
func (d *deviceInbox) Run(ctx context.Context, c *console) error {
	path, err := d.path("/inbox")
	if err != nil {
		return err
	}
	if d.Clear {
		return d.call(ctx, http.MethodDelete, path, nil, nil, nil)
	}
	query := url.Values{
		"after": {strconv.FormatUint(d.After, 10)}, "count": {strconv.Itoa(d.Count)}, "timeout": {d.Timeout.String()},
	}
	var inbox struct{ Notifications []controlapi.Received }
	err = d.call(ctx, http.MethodGet, path, query, nil, &inbox)
	if apiErr, ok := apiErrorWith(err, http.StatusRequestTimeout); ok {
		return fmt.Errorf("%w: %w", errNotMet, apiErr)
	}
	if err != nil {
		return err
	}
	return show(c, d.JSON, inbox.Notifications, "NUMBER\tTIME\tTOPIC\tPRIORITY\tPAYLOAD", func(r *controlapi.Received) []string {
		payload, err := json.Marshal(r.Payload)
		if err != nil || r.Payload == nil {
			payload = []byte(r.PayloadBase64)
		}
		return []string{strconv.FormatUint(r.Number, 10), clockTime(r.At), r.Topic, strconv.Itoa(r.Priority), string(payload)}
	})
}

// The actions without a parameter.
type (
	deviceOnline    struct{ oneDevice }
	deviceOffline   struct{ oneDevice }
	deviceLock      struct{ oneDevice }
	deviceUnlock    struct{ oneDevice }
	deviceSleep     struct{ oneDevice }
	deviceWake      struct{ oneDevice }
	deviceLowPower  struct{ oneDevice }
	deviceFullPower struct{ oneDevice }
	deviceErase     struct{ oneDevice }
	deviceRevoke    struct{ oneDevice }
)

// Run takes the device online.
func (d *deviceOnline) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "online") }

// Run takes the device offline.
func (d *deviceOffline) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "offline") }

// Run locks the device.
func (d *deviceLock) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "lock") }

// Run unlocks the device.
func (d *deviceUnlock) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "unlock") }

// Run puts the device to sleep.
func (d *deviceSleep) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "sleep") }

// Run wakes the device.
func (d *deviceWake) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "wake") }

// Run has the device save power.
func (d *deviceLowPower) Run(ctx context.Context, c *console) error {
	return d.act(ctx, c, "low-power")
}

// Run has it no longer save power.
func (d *deviceFullPower) Run(ctx context.Context, c *console) error {
	return d.act(ctx, c, "full-power")
}

// Run revokes the device.
func (d *deviceRevoke) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "revoke") }

// Run erases the device.
func (d *deviceErase) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "erase") }

func (d *oneDevice) act(ctx context.Context, c *console, action string) error {
	return d.tell(ctx, c, http.MethodPost, "/"+action, nil)
}

// A deviceApp says which app is meant.
type deviceApp struct {
	oneDevice
	Topic string `env:"-" placeholder:"TOPIC" help:"Bundle ID of the app (default: the device's first app)."`
}

func (d *deviceApp) act(ctx context.Context, c *console, action string) error {
	return d.tell(ctx, c, http.MethodPost, "/"+action, map[string]string{"topic": d.Topic})
}

// The actions about an app.
type (
	deviceInstall   struct{ deviceApp }
	deviceUninstall struct{ deviceApp }
	deviceRotate    struct{ deviceApp }
	deviceForbid    struct{ deviceApp }
	deviceAllow     struct{ deviceApp }
)

// Run installs the app.
func (d *deviceInstall) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "install") }

// Run removes the app.
func (d *deviceUninstall) Run(ctx context.Context, c *console) error {
	return d.act(ctx, c, "uninstall")
}

// Run gives the app a new token.
func (d *deviceRotate) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "rotate") }

// Run forbids its notifications.
func (d *deviceForbid) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "forbid") }

// Run allows its notifications.
func (d *deviceAllow) Run(ctx context.Context, c *console) error { return d.act(ctx, c, "allow") }

type deviceRedirect struct {
	oneDevice
	Host   string `env:"-" required:"" placeholder:"HOST" help:"Hostname or address of the courier, without port."`
	Reason string `env:"-" placeholder:"TEXT" help:"Reason that the device receives with the redirect."`
}

// Run sends the device away.
func (d *deviceRedirect) Run(ctx context.Context, c *console) error {
	return d.tell(ctx, c, http.MethodPost, "/redirect", controlapi.Redirection{Host: d.Host, Reason: d.Reason})
}

type deviceDecryptToken struct {
	remote
	Token string `arg:"" help:"Device token, in hex."`
}

// Run prints what a token says.
func (d *deviceDecryptToken) Run(ctx context.Context, c *console) error {
	var t controlapi.DecryptedToken
	if err := d.call(ctx, http.MethodGet, "/v1/tokens"+segment(d.Token), nil, nil, &t); err != nil {
		return err
	}
	kind, retired, reported := "app token", "no", ""
	if t.Base {
		kind = "base token, the device's own"
	}
	if !t.Retired.IsZero() {
		retired, reported = "since "+t.Retired.Format(time.RFC3339), "never"
		if !t.Reported.IsZero() {
			reported = "from " + clockTime(t.Reported) + " on"
		}
	}
	return showOne(
		c, d.JSON, &t, [2]string{"record", t.Record}, [2]string{"kind", kind}, [2]string{"environment", t.Environment},
		[2]string{"user", strconv.Itoa(t.User)}, [2]string{"device", t.Device.String()},
		[2]string{"topic tag", strings.TrimSpace(t.TopicTag + " " + t.Topic)}, [2]string{"retirements", strconv.FormatUint(uint64(t.Retirements), 10)},
		[2]string{"key", fmt.Sprintf("%d rotations old", t.Key)}, [2]string{"retired", retired}, [2]string{"reported", reported},
	)
}

type deviceNewTokenKey struct{ remote }

// Run makes the key.
func (d *deviceNewTokenKey) Run(ctx context.Context) error {
	return d.call(ctx, http.MethodPost, "/v1/device-token-keys", nil, nil, nil)
}
