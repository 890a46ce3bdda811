package sim

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
	"github.com/apns-sim/apns-sim/internal/tokenvault"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// ErrNoDevice says that there is no virtual device with an id.
var ErrNoDevice = fmt.Errorf("%w virtual device", controlapi.ErrNotFound)

// deviceTimeout is how long a virtual device may take to do what it is told: less than
// the control API has to answer. Of many, one has to be done in that time.
const deviceTimeout = 20 * time.Second

// defaultApps is how many apps of its team a device has that was ordered without any.
const defaultApps = 20

// NewDevices makes virtual devices. They are connected, and their apps have their
// tokens. If one fails, none is left.
func (s *Simulator) NewDevices(ctx context.Context, o controlapi.DeviceOrder) ([]controlapi.Device, error) {
	ctx, leave := s.turns.within(ctx, cmp.Or(o.Team, DemoTeam))
	defer leave()
	return s.newDevices(ctx, o)
}

// newDevices is NewDevices by somebody who has the turn of the team.
func (s *Simulator) newDevices(ctx context.Context, o controlapi.DeviceOrder) ([]controlapi.Device, error) {
	team := cmp.Or(o.Team, DemoTeam)
	env, err := parseEnvironment(o.Environment)
	if err != nil {
		return nil, err
	}
	if !s.Auth.HasTeam(team) {
		return nil, unknownTeam(team)
	}
	topics := o.Topics
	if len(topics) == 0 {
		topics = s.Auth.FirstApps(team, defaultApps)
	}
	for i, topic := range topics {
		if !apns.ValidTopic(topic) {
			return nil, fmt.Errorf("sim: topics[%d] is %q; a topic is a bundle ID: letters, digits, hyphens and dots", i, topic)
		}
	}
	added := slices.DeleteFunc(slices.Clone(topics), func(topic string) bool { return s.Auth.HasApp(team, topic) })
	phones, err := s.addPhones(ctx, virtualdevice.Order{Team: team, Topics: topics, Environment: env, Offline: o.Offline}, o.Count)
	if err != nil {
		for _, phone := range phones {
			s.RemoveDevice(phone.ID())
		}
		return nil, errors.Join(err, s.removeUnused(team, added))
	}
	devices := make([]controlapi.Device, len(phones))
	for i, phone := range phones {
		if o.Offline {
			phone.Disconnect()
		}
		devices[i] = s.describePhone(phone)
	}
	return devices, nil
}

// addPhones makes count phones, some of them beside each other.
func (s *Simulator) addPhones(ctx context.Context, o virtualdevice.Order, count int) (phones []*virtualdevice.Phone, err error) {
	var mu sync.Mutex
	err = s.beside(ctx, controlapi.Progress{What: "create", Team: o.Team, Of: count}, func(ctx context.Context, _ int) error {
		phone, err := s.Fleet.Add(ctx, o)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		phones = append(phones, phone)
		return nil
	})
	return phones, err
}

// removeUnused takes apps from a team that no virtual device of it has.
func (s *Simulator) removeUnused(team string, topics []string) (err error) {
	used := map[string]bool{}
	for _, phone := range s.Fleet.All() {
		if phone.Team != team {
			continue
		}
		for _, app := range phone.Apps() {
			used[app.Topic] = true
		}
	}
	for _, topic := range topics {
		if !used[topic] && s.Auth.HasApp(team, topic) {
			err = errors.Join(err, s.removeApp(team, topic))
		}
	}
	return err
}

// Phone returns the virtual device with an id.
func (s *Simulator) Phone(id apns.DeviceID) (*virtualdevice.Phone, error) {
	if phone := s.Fleet.Find(id); phone != nil {
		return phone, nil
	}
	if now, ok := s.Fleet.Now(id); ok {
		return nil, fmt.Errorf("%w: %v; it was erased or refused, and is %v now", ErrNoDevice, id, now)
	}
	return nil, fmt.Errorf("%w: %v; GET /v1/devices lists them", ErrNoDevice, id)
}

// RemoveDevice switches a virtual device off for good: its tokens are retired, and
// what waits for it is dropped. It reports whether there was one.
func (s *Simulator) RemoveDevice(id apns.DeviceID) bool {
	return s.Fleet.Remove(id)
}

// forgetDevice retires the tokens of a device that is deleted.
func (s *Simulator) forgetDevice(id apns.DeviceID) {
	s.EraseDevice(id)
	s.Broker.Forget(id)
	s.Spaces.Remove(id)
}

// A listedDevice is a virtual device, or one outside that is connected.
type listedDevice struct {
	phone   *virtualdevice.Phone // nil for one outside
	outside devicetls.Connection
}

// deviceOrder is that of devices: virtual ones as they were made, then those outside by
// their ids.
var deviceOrder = order[listedDevice]{
	func(d listedDevice) string {
		if d.phone != nil {
			return fmt.Sprintf("%020d", d.phone.Number())
		}
		return "outside-" + d.outside.Device.String()
	},
	regexp.MustCompile(`^(\d{20}|outside-[0-9a-f]{16})$`),
}

// PageDevices describes a page of the devices that are known: virtual ones, and those
// outside that are connected; of a space, or of everywhere if all is true.
func (s *Simulator) PageDevices(team string, all bool, p controlapi.Page) (list []controlapi.Device, next string, err error) {
	var found []listedDevice
	for _, phone := range s.phones(team, all) {
		found = append(found, listedDevice{phone: phone})
	}
	for _, c := range s.outside(team, all) {
		found = append(found, listedDevice{outside: c})
	}
	return page(found, deviceOrder, p, s.describeListed)
}

// phones returns the virtual devices in the space of a team, or everywhere, in the order
// they were made. What there is elsewhere costs those in a space nothing.
func (s *Simulator) phones(team string, all bool) []*virtualdevice.Phone {
	in := s.Spaces.ForTeam(team)
	if all || in == nil {
		return slices.DeleteFunc(s.Fleet.All(), func(phone *virtualdevice.Phone) bool { return !all && s.Spaces.ForDevice(phone.ID()) != nil })
	}
	var found []*virtualdevice.Phone
	for _, id := range s.Spaces.Devices(in) {
		if phone := s.Fleet.Find(id); phone != nil {
			found = append(found, phone)
		}
	}
	slices.SortFunc(found, func(a, b *virtualdevice.Phone) int { return cmp.Compare(a.Number(), b.Number()) })
	return slices.Compact(found) // one may have got another id meanwhile
}

// outside returns a connection of each device outside that is connected and in the space
// of a team, or anywhere, in the order of their ids.
func (s *Simulator) outside(team string, all bool) (found []devicetls.Connection) {
	in := s.Spaces.ForTeam(team)
	for _, env := range environments {
		switch {
		case all || in == nil:
			found = append(found, s.couriers[env].Connections()...)
		default:
			for _, id := range s.Spaces.Devices(in) {
				found = append(found, s.couriers[env].ConnectionsOf(id)...)
			}
		}
	}
	found = slices.DeleteFunc(found, func(c devicetls.Connection) bool {
		return s.Fleet.Find(c.Device) != nil || !all && s.Spaces.ForDevice(c.Device) != in
	})
	slices.SortStableFunc(found, func(a, b devicetls.Connection) int { return slices.Compare(a.Device[:], b.Device[:]) })
	return slices.CompactFunc(found, func(a, b devicetls.Connection) bool { return a.Device == b.Device })
}

func (s *Simulator) describeListed(d listedDevice) controlapi.Device {
	if d.phone != nil {
		return s.describePhone(d.phone)
	}
	return s.describeOutside(&d.outside)
}

// Device describes a device.
func (s *Simulator) Device(id apns.DeviceID) (controlapi.Device, error) {
	if phone := s.Fleet.Find(id); phone != nil {
		return s.describePhone(phone), nil
	}
	for _, env := range environments {
		if connections := s.couriers[env].ConnectionsOf(id); len(connections) > 0 {
			return s.describeOutside(&connections[0]), nil
		}
	}
	return controlapi.Device{}, fmt.Errorf("%w: %v; GET /v1/devices lists them", ErrNoDevice, id)
}

func (s *Simulator) describeOutside(c *devicetls.Connection) controlapi.Device {
	said := c.Profile
	return controlapi.Device{
		Hardware: said.Hardware, OS: strings.TrimSpace(said.OSVersion + " " + said.OSBuild), Carrier: said.Carrier,
		Protocol: said.ProtocolVersion, Flags: said.PresenceFlags,
		ID: c.Device, Space: s.Spaces.ForDevice(c.Device).Team(), Environment: c.Environment.String(), Online: true, Remote: c.Remote,
		LowPower: s.Broker.SavesPower(broker.Address{Environment: c.Environment, Device: c.Device}),
	}
}

func (s *Simulator) describePhone(p *virtualdevice.Phone) controlapi.Device {
	d := controlapi.Device{
		ID: p.ID(), Team: p.Team, Space: s.Spaces.ForDevice(p.ID()).Team(), Environment: p.Environment.String(),
		Virtual: true, Online: p.Online(), Power: p.Power().String(), Inbox: p.InboxLen(),
		LowPower: s.Broker.SavesPower(broker.Address{Environment: p.Environment, Device: p.ID()}),
	}
	for _, app := range p.Apps() {
		d.Apps = append(d.Apps, controlapi.DeviceApp{Topic: app.Topic, Token: app.Token.String()})
	}
	return d
}

// deviceActions is the one table of what a virtual device can be told to do. topic
// is the app it is about, "" for none.
var deviceActions = map[string]func(ctx context.Context, s *Simulator, p *virtualdevice.Phone, topic string) error{
	"online": func(ctx context.Context, _ *Simulator, p *virtualdevice.Phone, _ string) error { return p.Connect(ctx) },
	"offline": func(_ context.Context, _ *Simulator, p *virtualdevice.Phone, _ string) error {
		p.Disconnect()
		return nil
	},
	"lock":   setPower(device.PowerLocked),
	"unlock": setPower(device.PowerUnlocked),
	"sleep":  setPower(device.PowerAsleep),
	"wake":   setPower(device.PowerOn),
	"erase": func(ctx context.Context, s *Simulator, p *virtualdevice.Phone, _ string) error {
		s.EraseDevice(p.ID())
		_, err := p.Erase(ctx)
		return err
	},
	"install": func(ctx context.Context, s *Simulator, p *virtualdevice.Phone, topic string) error {
		if err := s.AddApp(p.Team, topic); err != nil {
			return err
		}
		_, err := p.Install(ctx, topic)
		return err
	},
	"uninstall": func(_ context.Context, s *Simulator, p *virtualdevice.Phone, topic string) error {
		if !p.Uninstall(topic) {
			return notInstalled(p, topic)
		}
		s.retire(p, topic)
		return nil
	},
	"rotate": func(ctx context.Context, s *Simulator, p *virtualdevice.Phone, topic string) error {
		if !p.Uninstall(topic) {
			return notInstalled(p, topic)
		}
		s.retire(p, topic)
		_, err := p.Install(ctx, topic)
		return err
	},
}

// outsideActions is the one table of what can be done to a device from outside, which
// cannot be told anything. The simulator has no list of devices that are away: their
// tokens are sealed, and any id is taken. Those with always are for virtual devices, too.
var outsideActions = map[string]struct {
	do     func(s *Simulator, id apns.DeviceID, topic string)
	app    bool // it is about an app
	always bool
}{
	"low-power":  {do: func(s *Simulator, id apns.DeviceID, _ string) { s.SavePower(id, true) }, always: true},
	"full-power": {do: func(s *Simulator, id apns.DeviceID, _ string) { s.SavePower(id, false) }, always: true},
	"revoke":     {do: func(s *Simulator, id apns.DeviceID, _ string) { s.RevokeDevice(id) }, always: true},
	"erase":      {do: func(s *Simulator, id apns.DeviceID, _ string) { s.EraseDevice(id) }},
	"uninstall": {do: func(s *Simulator, id apns.DeviceID, topic string) {
		for _, env := range s.environmentsOf(id) {
			s.UninstallApp(tokenvault.Address{Environment: env, Device: id}, topic)
		}
	}, app: true},
}

func setPower(power device.Power) func(context.Context, *Simulator, *virtualdevice.Phone, string) error {
	return func(_ context.Context, _ *Simulator, p *virtualdevice.Phone, _ string) error {
		return p.SetPower(power)
	}
}

func notInstalled(p *virtualdevice.Phone, topic string) error {
	return fmt.Errorf("sim: app %q is not on device %v; install it first", topic, p.ID())
}

// retire retires the token of an app on a virtual device.
func (s *Simulator) retire(p *virtualdevice.Phone, topic string) {
	s.UninstallApp(tokenvault.Address{Environment: p.Environment, Device: p.ID()}, topic)
}

// TellDevice has a virtual device do something; topic is the app it is about, ""
// for the first one it has. It waits until it is done, and describes the device. To a
// device from outside happens what is in the power of the simulator.
func (s *Simulator) TellDevice(ctx context.Context, id apns.DeviceID, action, topic string) (controlapi.Device, error) {
	phone := s.Fleet.Find(id)
	if outside, ok := outsideActions[action]; ok && (phone == nil || outside.always) {
		if outside.app && topic == "" {
			return controlapi.Device{}, fmt.Errorf("sim: device %v is outside, and which apps it has is not known; name the topic", id)
		}
		outside.do(s, id, topic)
		return s.describe(id), nil
	}
	if phone == nil {
		_, err := s.Phone(id)
		return controlapi.Device{}, err
	}
	if apps := phone.Apps(); topic == "" && len(apps) > 0 {
		topic = apps[0].Topic
	}
	ctx, cancel := context.WithTimeout(ctx, deviceTimeout)
	defer cancel()
	faults := s.faultsOfLogins()
	if err := deviceActions[action](ctx, s, phone, topic); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("sim: for %v device %v has not come online: %w", deviceTimeout, phone.ID(), err)
		}
		return controlapi.Device{}, s.explainTimeout(err, faults)
	}
	return s.describePhone(phone), nil
}

// describe describes a device as far as it is known.
func (s *Simulator) describe(id apns.DeviceID) controlapi.Device {
	if d, err := s.Device(id); err == nil {
		return d
	}
	return controlapi.Device{
		ID: id, Space: s.Spaces.ForDevice(id).Team(),
		LowPower: s.Broker.SavesPower(broker.Address{Device: id}) || s.Broker.SavesPower(broker.Address{Environment: apns.Sandbox, Device: id}),
	}
}

// SendAway sends a device that is connected to another courier; see RedirectDevice.
func (s *Simulator) SendAway(id apns.DeviceID, to controlapi.Redirection) (controlapi.Device, error) {
	d := s.describe(id)
	switch n, err := s.RedirectDevice(id, devicetls.Redirection{Host: to.Host, Reason: to.Reason}); {
	case err != nil:
		return controlapi.Device{}, err
	case n == 0:
		return controlapi.Device{}, fmt.Errorf("%w connected device: %v; GET /v1/devices lists them", controlapi.ErrNotFound, id)
	}
	return d, nil
}

// Inbox returns what a virtual device has received after a number; it waits until
// there are count notifications, or ctx ends.
func (s *Simulator) Inbox(ctx context.Context, id apns.DeviceID, after uint64, count int) ([]controlapi.Received, error) {
	phone, err := s.Phone(id)
	if err != nil {
		return nil, err
	}
	got, err := phone.Await(ctx, after, count)
	list := make([]controlapi.Received, len(got))
	for i := range got {
		list[i] = describeReceived(&got[i])
	}
	return list, err
}

// ClearInbox empties the inbox of a virtual device.
func (s *Simulator) ClearInbox(id apns.DeviceID) error {
	phone, err := s.Phone(id)
	if err != nil {
		return err
	}
	phone.ClearInbox()
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
