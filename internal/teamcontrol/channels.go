package teamcontrol

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
)

// app returns an app of a team, "" being the default one.
func (ts *Teams) app(team, bundleID string) (broker.App, error) {
	team = cmp.Or(team, keystore.DefaultTeam)
	if !ts.Auth.TopicAllowed(team, bundleID) {
		return "", fmt.Errorf("%w app of team %s: %q; add it first", controlapi.ErrNotFound, team, bundleID)
	}
	return broker.AppIn(ts.Spaces.ForTeam(team), bundleID), nil
}

// channelOrder orders the channels of an app, the oldest first.
var channelOrder = controlapi.Order[broker.Channel]{
	Key:  func(c broker.Channel) string { return fmt.Sprintf("%019d-%x", c.Created.UnixNano(), c.ID) },
	Form: regexp.MustCompile(`^\d{19}-[0-9a-f]+$`),
}

// PageChannels describes a page of the broadcast channels of an app, the oldest first.
func (ts *Teams) PageChannels(team, bundleID, environment string, p controlapi.Page) (list []controlapi.Channel, next string, err error) {
	env, err := controlapi.ParseEnvironment(environment)
	if err != nil {
		return nil, "", err
	}
	app, err := ts.app(team, bundleID)
	if err != nil {
		return nil, "", err
	}
	return controlapi.PageOf(ts.Broker.Channels(env, app), channelOrder, p, func(c broker.Channel) controlapi.Channel { return ts.describeChannel(team, c) })
}

func (ts *Teams) describeChannel(team string, c broker.Channel) controlapi.Channel {
	return controlapi.Channel{
		ID: c.ID.String(), Team: cmp.Or(team, keystore.DefaultTeam), Topic: c.App.BundleID(), Environment: c.Environment.String(),
		Stores: c.Policy == broker.MostRecent, Created: c.Created,
		Subscribers: ts.Broker.Subscribers(c.Environment, c.App, c.ID),
	}
}

// MakeChannel creates a broadcast channel.
func (ts *Teams) MakeChannel(o controlapi.Channel) (controlapi.Channel, error) {
	env, err := controlapi.ParseEnvironment(o.Environment)
	if err != nil {
		return controlapi.Channel{}, err
	}
	defer ts.Locks.RLock(cmp.Or(o.Team, keystore.DefaultTeam))()
	app, err := ts.app(o.Team, o.Topic)
	if err != nil {
		return controlapi.Channel{}, err
	}
	policy := broker.NoStorage
	if o.Stores {
		policy = broker.MostRecent
	}
	c, err := ts.Broker.CreateChannel(env, app, policy)
	if err != nil {
		return controlapi.Channel{}, err
	}
	return ts.describeChannel(o.Team, c), nil
}

// DeleteChannel deletes the channel with an ID.
func (ts *Teams) DeleteChannel(id []byte) error {
	for _, env := range apns.Environments() {
		for _, team := range ts.Auth.Teams() {
			for _, bundleID := range ts.Auth.Apps(team) {
				if ts.Broker.DeleteChannel(env, broker.AppIn(ts.Spaces.ForTeam(team), bundleID), broker.ChannelID(id)) {
					return nil
				}
			}
		}
	}
	return fmt.Errorf("%w channel: %s; GET /v1/channels lists them", controlapi.ErrNotFound, base64.StdEncoding.EncodeToString(id))
}
