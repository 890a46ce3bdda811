package pki

import (
	"fmt"
	"strings"
)

// A Service is a kind of provider certificate.
type Service uint8

// The kinds of provider certificate that Apple issues in the developer account.
const (
	ServiceAPNs        Service = iota // universal: one app with its VoIP, Push to Talk and complication topics, both environments
	ServiceDevelopment                // the older kind for the sandbox only
	ServiceVoIP
	ServiceWatchKit
	ServiceWebsite
	ServicePass
	ServiceMDM // device management
)

// mdmTopicPrefix begins the topic of every MDM certificate.
const mdmTopicPrefix = "com.apple.mgmt.External."

// A serviceRow describes the certificates of one service.
type serviceRow struct {
	name        string                           // in commands
	prefix      string                           // of the common name; the bundle identifier follows
	topicSuffix string                           // what the subject's UID has after the bundle identifier
	production  bool                             // is for production, unless the request says otherwise
	sandbox     bool                             // the same for the sandbox
	topics      func(bundle string) []TopicEntry // nil: no list, the UID alone
	voipList    bool                             // the list goes into the extension for VoIP
}

// services is the one table of provider certificates.
// observed: published subjects, for the universal and the MDM certificate; the other
// names are widely published
var services = [...]serviceRow{
	ServiceAPNs:        {name: "apns", prefix: "Apple Push Services: ", production: true, sandbox: true, topics: universalTopics},
	ServiceDevelopment: {name: "development", prefix: "Apple Development IOS Push Services: ", sandbox: true},
	ServiceVoIP:        {name: "voip", prefix: "VoIP Services: ", topicSuffix: voipSuffix, production: true, sandbox: true, topics: voipTopics, voipList: true},
	ServiceWatchKit:    {name: "watchkit", prefix: "WatchKit Services: ", topicSuffix: complicationSuffix, production: true, sandbox: true},
	ServiceWebsite:     {name: "website", prefix: "Website Push ID: ", production: true},
	ServicePass:        {name: "pass", prefix: "Pass Type ID: ", production: true},
	ServiceMDM:         {name: "mdm", prefix: "APSP:", production: true},
}

// Topics of an app's VoIP, Push to Talk and complication pushes.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
const (
	voipSuffix         = ".voip"
	pushToTalkSuffix   = ".voip-ptt"
	complicationSuffix = ".complication"
)

// universalTopics includes the topic of Push to Talk, because Apple's example of such a
// push uses a certificate. Its kind has not been observed; it is VoIP here.
// https://developer.apple.com/documentation/pushtotalk/creating-a-push-to-talk-app
func universalTopics(bundle string) []TopicEntry {
	return []TopicEntry{
		{bundle, KindApp}, {bundle + voipSuffix, KindVoIP}, {bundle + complicationSuffix, KindComplication}, {bundle + pushToTalkSuffix, KindVoIP},
	}
}

func voipTopics(bundle string) []TopicEntry {
	return []TopicEntry{{bundle + voipSuffix, KindVoIP}}
}

// String is the name that [ParseService] reads.
func (s Service) String() string {
	if int(s) < len(services) {
		return services[s].name
	}
	return fmt.Sprintf("service %d", uint8(s))
}

// ParseService finds a kind of certificate by its name; "" is the universal kind.
func ParseService(name string) (Service, error) {
	for i, row := range services {
		if row.name == name || name == "" {
			return Service(i), nil
		}
	}
	return 0, fmt.Errorf("no kind of certificate is called %q: choose from %s", name, strings.Join(ServiceNames(), ", "))
}

// ServiceNames lists the names that [ParseService] knows.
func ServiceNames() []string {
	list := make([]string, len(services))
	for i, row := range services {
		list[i] = row.name
	}
	return list
}

// bundle returns the bundle identifier of a topic.
func (row serviceRow) bundle(topic string) string { return strings.TrimSuffix(topic, row.topicSuffix) }

// commonName returns the subject's CN. That of an MDM certificate has the identifier in
// its topic: `UID=com.apple.mgmt.External.<uuid>, CN=APSP:<uuid>`.
func (row serviceRow) commonName(bundle string) string {
	return row.prefix + strings.TrimPrefix(bundle, mdmTopicPrefix)
}
