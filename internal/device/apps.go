package device

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// An app is an installed app, as far as the push daemon is concerned.
type app struct {
	topic string
	hash  apns.TopicHash
	token apns.DeviceToken // "" until issued
	list  List

	requested bool  // a token request is out on this connection
	rejected  error // the response to the last request, if it was no token
}

// apps are the installed apps. [Device.mu] guards them.
type apps struct {
	byHash map[apns.TopicHash]*app
	order  []*app // of installation
}

func newApps() apps { return apps{byHash: make(map[apns.TopicHash]*app)} }

// install gives the app of topic, which may be installed already.
func (s *apps) install(topic string) *app {
	hash := apns.HashTopic(topic)
	if a := s.byHash[hash]; a != nil {
		return a
	}
	a := &app{topic: topic, hash: hash}
	s.byHash[hash] = a
	s.order = append(s.order, a)
	return a
}

func (s *apps) remove(topic string) {
	a := s.byHash[apns.HashTopic(topic)]
	delete(s.byHash, apns.HashTopic(topic))
	s.order = slices.DeleteFunc(s.order, func(b *app) bool { return a == b })
}

// find gives the app with the hash of a topic as it stands in a frame, or nil.
func (s *apps) find(hash []byte) *app {
	if len(hash) != len(apns.TopicHash{}) {
		return nil
	}
	return s.byHash[apns.TopicHash(hash)]
}

// forgetTokens makes all apps ask for new ones.
func (s *apps) forgetTokens() {
	for _, a := range s.order {
		a.token, a.requested, a.rejected = "", false, nil
	}
}

// forgetRequests is for a new connection: responses to requests on the last one will not
// come.
func (s *apps) forgetRequests() {
	for _, a := range s.order {
		a.requested, a.rejected = false, nil
	}
}

func (s *apps) tokens() iter.Seq2[string, apns.DeviceToken] {
	return func(yield func(string, apns.DeviceToken) bool) {
		for _, a := range s.order {
			if a.token != "" && !yield(a.topic, a.token) {
				return
			}
		}
	}
}

// Install installs the app of topic: the device asks for its token and enables
// its topic, now or at the next login.
func (d *Device) Install(topic string) error {
	if !apns.ValidTopic(topic) {
		return fmt.Errorf("%q is no topic; use a bundle ID like com.example.app", topic)
	}
	d.changeApps(func(s *apps) { s.install(topic) })
	return nil
}

// Remove removes the app of topic: its topic is disabled, its token forgotten, and
// its subscriptions to channels end. Notifications that still come are turned away.
func (d *Device) Remove(topic string) {
	d.changeApps(func(s *apps) {
		s.remove(topic)
		d.channels.removeApp(topic)
	})
}

func (d *Device) changeApps(change func(*apps)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.apps)
	d.changedLocked()
	if d.session != nil {
		d.session.request(appsChanged)
	}
}

// Token waits until the app of topic has a token that the courier stands by, and
// gives it. It fails if the app is not installed or the courier rejects a token.
func (d *Device) Token(ctx context.Context, topic string) (apns.DeviceToken, error) {
	var token apns.DeviceToken
	err := d.waitFor(ctx, func() (bool, error) {
		a := d.apps.byHash[apns.HashTopic(topic)]
		if a == nil {
			return false, notInstalled(topic)
		}
		token = a.token
		return d.confirmed && token != "", a.rejected
	})
	if err != nil {
		return "", err
	}
	return token, nil
}
