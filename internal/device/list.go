package device

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// A List is one of the lists of the topic filter. An installed app is on one of them.
type List uint8

// The lists.
const (
	// ListEnabled: notifications are wanted.
	ListEnabled List = iota
	// ListIgnored: none are wanted. It is where the device puts an app whose
	// notifications the user has forbidden: the app keeps its token, and a
	// provider learns nothing.
	ListIgnored
	// ListOpportunistic: notifications are wanted when the device is awake anyway.
	ListOpportunistic
	// ListPaused: notifications are to wait until the app is on another list.
	ListPaused
	// ListNonWaking: notifications are wanted, but none may wake the device.
	ListNonWaking
)

// lists is the one table of lists: their names and where they stand in a Filter.
var lists = [...]struct {
	name string
	of   func(*courier.Filter) *[][]byte
}{
	ListEnabled:       {"enabled", func(f *courier.Filter) *[][]byte { return &f.Enabled }},
	ListIgnored:       {"ignored", func(f *courier.Filter) *[][]byte { return &f.Ignored }},
	ListOpportunistic: {"opportunistic", func(f *courier.Filter) *[][]byte { return &f.Opportunistic }},
	ListPaused:        {"paused", func(f *courier.Filter) *[][]byte { return &f.Paused }},
	ListNonWaking:     {"non-waking", func(f *courier.Filter) *[][]byte { return &f.NonWaking }},
}

// String gives the name that [ParseList] reads.
func (l List) String() string {
	if int(l) < len(lists) {
		return lists[l].name
	}
	return fmt.Sprintf("List(%d)", uint8(l))
}

// ParseList reads the name of a list.
func ParseList(name string) (List, error) {
	for l := range lists {
		if lists[l].name == name {
			return List(l), nil
		}
	}
	return 0, fmt.Errorf("%q is no list; use enabled, ignored, opportunistic, paused or non-waking", name)
}

// Put puts an installed app on a list of the filter. Apps are on ListEnabled until
// then, and again after a new installation.
func (d *Device) Put(topic string, list List) error {
	if int(list) >= len(lists) {
		return fmt.Errorf("%s is no list of the filter", list)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.apps.byHash[apns.HashTopic(topic)]
	if a == nil {
		return notInstalled(topic)
	}
	a.list = list
	if d.session != nil {
		d.session.request(appsChanged)
	}
	return nil
}

// notInstalled rejects what needs an app.
func notInstalled(topic string) error { return fmt.Errorf("%q is not installed", topic) }

// An App is an installed app.
type App struct {
	Topic string
	List  List
	Token apns.DeviceToken // "" until the courier has given one
}

// Apps are the installed apps, in the order of installation.
func (d *Device) Apps() []App {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]App, 0, len(d.apps.order))
	for _, a := range d.apps.order {
		all = append(all, App{a.topic, a.list, a.token})
	}
	return all
}
