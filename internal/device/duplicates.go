package device

import "github.com/apns-sim/apns-sim/apns"

// recentLimit is how many notifications a device remembers to recognize duplicates.
const recentLimit = 1024

// A notificationKey is what makes two notifications the same: topic, token and
// timestamp. A topic has two tokens the device takes, the app's and the base
// token; base tells which.
//
// observed: apsd.
type notificationKey struct {
	topic     apns.TopicHash
	base      bool
	timestamp uint64
}

// recentNotifications remembers the last [recentLimit] notifications.
type recentNotifications struct {
	known map[notificationKey]struct{}
	order []notificationKey // a ring once it is full
	next  int
}

func (s *recentNotifications) has(k notificationKey) bool {
	_, ok := s.known[k]
	return ok
}

func (s *recentNotifications) add(k notificationKey) {
	if s.known == nil {
		s.known = make(map[notificationKey]struct{})
	}
	if len(s.order) < recentLimit {
		s.order = append(s.order, k)
	} else {
		delete(s.known, s.order[s.next])
		s.order[s.next] = k
		s.next = (s.next + 1) % recentLimit
	}
	s.known[k] = struct{}{}
}

// addReceived adds a notification of an earlier run, in which the device had a base token.
// Those of channels are recognized by their checkpoint.
func (s *recentNotifications) addReceived(n *Notification, base apns.DeviceToken) {
	if n.Channel == "" {
		s.add(notificationKey{topic: apns.HashTopic(n.Topic), base: n.DeviceToken == base, timestamp: uint64(n.Timestamp.UnixNano())})
	}
}

func (s *recentNotifications) clear() { *s = recentNotifications{} }
