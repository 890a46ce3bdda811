package devicecontrol

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// ErrNoDevice is the error for a virtual device that does not exist.
var ErrNoDevice = fmt.Errorf("%w virtual device", controlapi.ErrNotFound)

// deviceTimeout limits an action of a virtual device; it is below the time limit of the
// control API. When many devices act, at least one must finish in that time.
const deviceTimeout = 20 * time.Second

// defaultApps is the number of apps of its team that a device gets if none are named.
const defaultApps = 20

// NewDevices creates virtual devices. They are connected, and their apps have their
// tokens. If one fails, all are removed.
func (ds *Devices) NewDevices(ctx context.Context, o controlapi.CreateDevicesRequest) ([]controlapi.Device, error) {
	ctx, leave := ds.Teams.Locks.RLockContext(ctx, cmp.Or(o.Team, keystore.DefaultTeam))
	defer leave()
	return ds.NewDevicesLocked(ctx, o)
}

// NewDevicesLocked is NewDevices for a caller that holds the lock of the team.
func (ds *Devices) NewDevicesLocked(ctx context.Context, o controlapi.CreateDevicesRequest) ([]controlapi.Device, error) {
	team := cmp.Or(o.Team, keystore.DefaultTeam)
	env, err := controlapi.ParseEnvironment(o.Environment)
	if err != nil {
		return nil, err
	}
	if !ds.Auth.HasTeam(team) {
		return nil, teamcontrol.UnknownTeam(team)
	}
	topics := o.Topics
	if len(topics) == 0 {
		topics = ds.Auth.FirstApps(team, defaultApps)
	}
	for i, topic := range topics {
		if !apns.ValidTopic(topic) {
			return nil, fmt.Errorf("topics[%d] is %q; a topic is a bundle ID: letters, digits, hyphens and dots", i, topic)
		}
	}
	added := slices.DeleteFunc(slices.Clone(topics), func(topic string) bool { return ds.Auth.HasApp(team, topic) })
	virtual, err := ds.addDevices(ctx, virtualdevice.Spec{Team: team, Topics: topics, Environment: env, Offline: o.Offline}, o.Count)
	if err != nil {
		for _, d := range virtual {
			ds.RemoveDevice(d.ID())
		}
		return nil, errors.Join(err, ds.removeUnused(team, added))
	}
	devices := make([]controlapi.Device, len(virtual))
	for i, d := range virtual {
		if o.Offline {
			d.Disconnect()
		}
		devices[i] = ds.describeVirtual(d)
	}
	return devices, nil
}

// addDevices creates count virtual devices, several at the same time.
func (ds *Devices) addDevices(ctx context.Context, o virtualdevice.Spec, count int) (virtual []*virtualdevice.Device, err error) {
	var mu sync.Mutex
	err = ds.Each(ctx, controlapi.Progress{What: "create", Team: o.Team, Of: count}, func(ctx context.Context, _ int) error {
		d, err := ds.Virtual.Add(ctx, o)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		virtual = append(virtual, d)
		return nil
	})
	return virtual, err
}

// removeUnused removes apps from a team that no virtual device of it has installed.
func (ds *Devices) removeUnused(team string, topics []string) (err error) {
	used := map[string]bool{}
	for _, d := range ds.Virtual.All() {
		if d.Team != team {
			continue
		}
		for _, app := range d.Apps() {
			used[app.Topic] = true
		}
	}
	for _, topic := range topics {
		if !used[topic] && ds.Auth.HasApp(team, topic) {
			err = errors.Join(err, ds.Teams.RemoveAppLocked(team, topic))
		}
	}
	return err
}

// VirtualDevice returns the virtual device with an id.
func (ds *Devices) VirtualDevice(id apns.DeviceID) (*virtualdevice.Device, error) {
	if d := ds.Virtual.Find(id); d != nil {
		return d, nil
	}
	if now, ok := ds.Virtual.CurrentID(id); ok {
		return nil, fmt.Errorf("%w: %v; it was erased or revoked, and is %v now", ErrNoDevice, id, now)
	}
	return nil, fmt.Errorf("%w: %v; GET /v1/devices lists them", ErrNoDevice, id)
}

// RemoveDevice deletes a virtual device: its tokens are retired, and pushes stored for it
// are dropped. It reports whether there was one.
func (ds *Devices) RemoveDevice(id apns.DeviceID) bool {
	return ds.Virtual.Remove(id)
}

// removed retires the tokens of a device that is deleted.
func (ds *Devices) removed(id apns.DeviceID) {
	ds.EraseDevice(id)
	ds.Broker.DeleteDevice(id)
	ds.Spaces.Remove(id)
}

// A listedDevice is a virtual device, or an external one that is connected.
type listedDevice struct {
	virtual  *virtualdevice.Device // nil for an external one
	external devicetls.Connection
}

// deviceOrder orders devices: virtual ones as they were created, then external ones by
// their ids.
var deviceOrder = controlapi.Order[listedDevice]{
	Key: func(d listedDevice) string {
		if d.virtual != nil {
			return fmt.Sprintf("%020d", d.virtual.Number())
		}
		return "external-" + d.external.Device.String()
	},
	Form: regexp.MustCompile(`^(\d{20}|external-[0-9a-f]{16})$`),
}

// PageDevices describes a page of the devices that are known: virtual ones, and those
// external ones that are connected; of a space, or of everywhere if all is true.
func (ds *Devices) PageDevices(team string, all bool, p controlapi.Page) (list []controlapi.Device, next string, err error) {
	var found []listedDevice
	for _, d := range ds.VirtualDevices(team, all) {
		found = append(found, listedDevice{virtual: d})
	}
	for _, c := range ds.externalDevices(team, all) {
		found = append(found, listedDevice{external: c})
	}
	return controlapi.PageOf(found, deviceOrder, p, ds.describeListed)
}

// VirtualDevices returns the virtual devices in the space of a team, or everywhere, in the order
// they were made. Listing a space does not scan the devices of others.
func (ds *Devices) VirtualDevices(team string, all bool) []*virtualdevice.Device {
	in := ds.Spaces.ForTeam(team)
	if all || in == nil {
		return slices.DeleteFunc(ds.Virtual.All(), func(d *virtualdevice.Device) bool { return !all && ds.Spaces.ForDevice(d.ID()) != nil })
	}
	var found []*virtualdevice.Device
	for _, id := range ds.Spaces.Devices(in) {
		if d := ds.Virtual.Find(id); d != nil {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *virtualdevice.Device) int { return cmp.Compare(a.Number(), b.Number()) })
	return slices.Compact(found) // one may have got another id meanwhile
}

// externalDevices returns a connection of each external device that is connected and in the space
// of a team, or anywhere, in the order of their ids.
func (ds *Devices) externalDevices(team string, all bool) (found []devicetls.Connection) {
	in := ds.Spaces.ForTeam(team)
	for _, env := range apns.Environments() {
		switch {
		case all || in == nil:
			found = append(found, ds.Couriers[env].Connections()...)
		default:
			for _, id := range ds.Spaces.Devices(in) {
				found = append(found, ds.Couriers[env].ConnectionsOf(id)...)
			}
		}
	}
	found = slices.DeleteFunc(found, func(c devicetls.Connection) bool {
		return ds.Virtual.Find(c.Device) != nil || !all && ds.Spaces.ForDevice(c.Device) != in
	})
	slices.SortStableFunc(found, func(a, b devicetls.Connection) int { return slices.Compare(a.Device[:], b.Device[:]) })
	return slices.CompactFunc(found, func(a, b devicetls.Connection) bool { return a.Device == b.Device })
}

func (ds *Devices) describeListed(d listedDevice) controlapi.Device {
	if d.virtual != nil {
		return ds.describeVirtual(d.virtual)
	}
	return ds.describeExternal(&d.external)
}

// Device describes a device.
func (ds *Devices) Device(id apns.DeviceID) (controlapi.Device, error) {
	if d := ds.Virtual.Find(id); d != nil {
		return ds.describeVirtual(d), nil
	}
	for _, env := range apns.Environments() {
		if connections := ds.Couriers[env].ConnectionsOf(id); len(connections) > 0 {
			return ds.describeExternal(&connections[0]), nil
		}
	}
	return controlapi.Device{}, fmt.Errorf("%w: %v; GET /v1/devices lists them", ErrNoDevice, id)
}

func (ds *Devices) describeExternal(c *devicetls.Connection) controlapi.Device {
	profile := c.Profile
	return controlapi.Device{
		Hardware: profile.Hardware, OS: strings.TrimSpace(profile.OSVersion + " " + profile.OSBuild), Carrier: profile.Carrier,
		Protocol: profile.ProtocolVersion, Flags: profile.PresenceFlags,
		ID: c.Device, Space: ds.Spaces.ForDevice(c.Device).Team(), Environment: c.Environment.String(), Online: true, Remote: c.Remote,
		LowPower: ds.Broker.InLowPower(broker.Address{Environment: c.Environment, Device: c.Device}),
	}
}

func (ds *Devices) describeVirtual(p *virtualdevice.Device) controlapi.Device {
	d := controlapi.Device{
		ID: p.ID(), Team: p.Team, Space: ds.Spaces.ForDevice(p.ID()).Team(), Environment: p.Environment.String(),
		Virtual: true, Online: p.Online(), Power: p.Power().String(), Inbox: p.InboxLen(),
		LowPower: ds.Broker.InLowPower(broker.Address{Environment: p.Environment, Device: p.ID()}),
	}
	for _, app := range p.Apps() {
		d.Apps = append(d.Apps, controlapi.DeviceApp{Topic: app.Topic, Token: app.Token.String(), Forbidden: app.List == device.ListIgnored})
	}
	return d
}

// describe describes a device as far as it is known.
func (ds *Devices) describe(id apns.DeviceID) controlapi.Device {
	if d, err := ds.Device(id); err == nil {
		return d
	}
	return controlapi.Device{
		ID: id, Space: ds.Spaces.ForDevice(id).Team(),
		LowPower: ds.Broker.InLowPower(broker.Address{Device: id}) || ds.Broker.InLowPower(broker.Address{Environment: apns.Sandbox, Device: id}),
	}
}

// SendAway redirects a connected device to another courier; see RedirectDevice.
func (ds *Devices) SendAway(id apns.DeviceID, to controlapi.Redirection) (controlapi.Device, error) {
	d := ds.describe(id)
	switch n, err := ds.RedirectDevice(id, devicetls.Redirection{Host: to.Host, Reason: to.Reason}); {
	case err != nil:
		return controlapi.Device{}, err
	case n == 0:
		return controlapi.Device{}, fmt.Errorf("%w connected device: %v; GET /v1/devices lists them", controlapi.ErrNotFound, id)
	}
	return d, nil
}

// Inbox returns what a virtual device has received after a number; it waits until
// there are count notifications, or ctx ends.
func (ds *Devices) Inbox(ctx context.Context, id apns.DeviceID, after uint64, count int) ([]controlapi.Received, error) {
	d, err := ds.VirtualDevice(id)
	if err != nil {
		return nil, err
	}
	got, err := d.Await(ctx, after, count)
	list := make([]controlapi.Received, len(got))
	for i := range got {
		list[i] = describeReceived(&got[i])
	}
	return list, err
}

// ClearInbox empties the inbox of a virtual device.
func (ds *Devices) ClearInbox(id apns.DeviceID) error {
	d, err := ds.VirtualDevice(id)
	if err != nil {
		return err
	}
	d.ClearInbox()
	return nil
}

func describeReceived(r *virtualdevice.Received) controlapi.Received {
	var payload any
	_ = json.Unmarshal(r.Payload, &payload) // what is not JSON is there byte for byte
	return controlapi.Received{
		Number: r.Number, Topic: r.Topic, Token: r.DeviceToken.String(), Channel: r.Channel.String(),
		Payload: payload, PayloadBase64: base64.StdEncoding.EncodeToString(r.Payload), Priority: int(r.Priority),
		FromStorage: r.FromStorage, Accepted: r.Timestamp, Expires: r.Expiry, At: r.At,
	}
}
