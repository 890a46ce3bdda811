package presentation

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// kind is the kind of a push, as far as a device can tell.
type kind uint8

const (
	kindData kind = iota // no aps, and a topic that says nothing
	kindAlert
	kindQuiet // badge or sound alone
	kindSilent
	kindNothing
	kindLive
	kindVoIP
	kindPushToTalk
	kindComplication
	kindLocation
	kindFileProvider
	kindWidgets
	kindControls
	kindMDM
)

// kinds is the one table of kinds: their names, what the device does with every such push,
// and how the payload is shown.
var kinds = [...]struct {
	name   string
	effect string
	show   func(*Screen, Push, *payload, *Shown)
}{
	kindData:         {"data for the app alone, without an aps dictionary", "", nil},
	kindAlert:        {"an alert", "", (*Screen).showAlert},
	kindQuiet:        {"badge or sound, no alert", "", (*Screen).showAlert},
	kindSilent:       {"silent (background): wakes the app to fetch content, shows nothing", "", (*Screen).showAlert},
	kindNothing:      {"nothing to show", "", (*Screen).showAlert},
	kindLive:         {"Live Activity", "", (*Screen).showLive},
	kindVoIP:         {"VoIP: a call", "the app is launched and must report the call at once, or the system ends it", ring},
	kindPushToTalk:   {"Push to Talk", "the app is launched and says who speaks", ring},
	kindComplication: {"complication", "the app on the watch gets new data for its complication; nothing is shown on the phone", nil},
	kindLocation:     {"location query", "the app's location extension runs and may share where the phone is; nothing is shown", nil},
	kindFileProvider: {"File Provider signal", "the File Provider extension looks for changes; nothing is shown", nil},
	kindWidgets:      {"widgets", "the system reloads the app's widgets when it suits the phone", nil},
	kindControls:     {"controls", "the system reloads the app's controls", nil},
	kindMDM:          {"MDM", "the phone contacts its MDM server; nothing is shown", nil},
}

// kindsBySuffix are the kinds of push types whose topics have a suffix.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
var kindsBySuffix = map[apns.PushType]kind{
	apns.LiveActivity: kindLive,
	apns.VoIP:         kindVoIP,
	apns.PushToTalk:   kindPushToTalk,
	apns.Complication: kindComplication,
	apns.Location:     kindLocation,
	apns.FileProvider: kindFileProvider,
	apns.Widgets:      kindWidgets,
	apns.Controls:     kindControls,
}

// mdmPrefix begins the topics of MDM servers.
const mdmPrefix = "com.apple.mgmt."

// kindOf returns the kind of a push by its topic, or else by its payload.
func kindOf(topic string, p *payload) kind {
	for _, info := range apns.PushTypes() {
		if info.Suffix != "" && strings.HasSuffix(topic, info.Suffix) {
			return kindsBySuffix[info.Type]
		}
	}
	a := p.APS
	switch {
	case strings.HasPrefix(topic, mdmPrefix):
		return kindMDM
	case a == nil:
		return kindData
	case a.showsText():
		return kindAlert
	case present(a.Badge) || present(a.Sound):
		return kindQuiet
	case string(a.ContentAvailable) == "1":
		return kindSilent
	}
	return kindNothing
}

// ring shows a push that interrupts the user, such as a call.
func ring(_ *Screen, _ Push, _ *payload, shown *Shown) { shown.Visible = true }
