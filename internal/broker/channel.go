package broker

import (
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A ChannelID names a broadcast channel: random bytes, base64 on the
// provider's wire. It is never used again.
type ChannelID string

// String returns the id as a provider writes it, in base64.
func (id ChannelID) String() string { return base64.StdEncoding.EncodeToString([]byte(id)) }

// An App is an app in its space: its bundle ID, without a suffix, and
// before it the space, if it is in one.
type App string

// AppIn returns the app of a bundle ID in a space, nil being the default space.
func AppIn(s *space.Space, bundleID string) App {
	if s == nil {
		return App(bundleID)
	}
	return App(s.Team() + "/" + bundleID) // neither has a slash
}

// BundleID returns the app's bundle ID.
func (a App) BundleID() string { return string(a[strings.IndexByte(string(a), '/')+1:]) }

// team returns the team whose space the app is in, "" for the default space.
func (a App) team() string { return string(a[:max(0, strings.IndexByte(string(a), '/'))]) }

// A Channel is what is fixed about a broadcast channel. It does not change
// after the channel is made.
type Channel struct {
	ID          ChannelID
	Environment apns.Environment
	App         App
	Policy      StoragePolicy
	Created     time.Time
}

// A Broadcast is a notification for all devices that subscribe to a channel.
type Broadcast struct {
	*apns.Notification
	App     App
	Channel ChannelID
	// Trace is where the journal records the events of the message; nil if they are
	// not recorded.
	Trace *journal.Trace
}

// A channel is a Channel with its subscribers.
type channel struct {
	Channel                // read-only
	hash    apns.TopicHash // read-only; of the topic under which devices see the messages
	clock   *clock.Clock   // read-only; what time it is for the app

	saving sync.Mutex // held while the channel is saved or deleted; taken before mu: docs/lock-order.md

	mu          sync.Mutex // taken before the lock of a queue: docs/lock-order.md
	deleted     bool
	subscribers map[*Consumer]struct{}
	checkpoint  uint64   // of the newest message, 0 before the first
	stored      *message // for devices that subscribe or connect later; nil if there is none
	budget      budget
}

// A message is one broadcast on its way to many devices.
type message struct {
	*apns.Notification
	trace      *journal.Trace
	channel    *channel
	checkpoint uint64 // nanoseconds since 1970; rises along a channel
	deadline   int64  // nanoseconds since 1970
	lasting    bool   // it may be delivered until deadline; otherwise there is one attempt
}

// unregistered rejects an operation on a channel that does not exist.
//
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func unregistered() error {
	return apns.Reject(apns.ChannelNotRegistered, "the app has no such channel in this environment")
}
