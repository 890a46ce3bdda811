package teamcontrol

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/keystore"
)

// RegisterApp adds an app to a team and, if the secrets have a writable directory, saves
// it there. Otherwise a device would keep its tokens after a restart, and no provider
// could push to them.
func (ts *Teams) RegisterApp(team, topic string) error {
	known := ts.Auth.HasApp(team, topic)
	if err := ts.Auth.AddApp(team, topic); err != nil || known {
		return err
	}
	if err := ts.Folder(team).AddTopic(topic); err != nil {
		ts.Unsaved(err)
	}
	return nil
}

// Folder returns where the keys and apps of a team are saved. Those of teams with a space
// are not.
func (ts *Teams) Folder(team string) keystore.TeamFolder {
	if ts.Secrets.Dir == "" || ts.Spaces.ForTeam(team) != nil {
		return ""
	}
	return keystore.TeamFolder(keystore.KeyFolder(ts.Secrets.Dir, team))
}

// Unsaved logs once that the directory of secrets cannot be written; a mounted secret,
// for instance, is read-only.
func (ts *Teams) Unsaved(err error) {
	ts.unsavedOnce.Do(func() {
		ts.Log.Warn("the folder of --certs cannot be written; apps, keys and authorities that are new stay in memory and are lost after this run, and removed ones come back", "err", err)
	})
}

// Topics returns every topic there is: the apps of all teams, and those with the
// suffix of a push type.
func (ts *Teams) Topics() (all []string) {
	for _, team := range ts.Auth.Teams() {
		for _, app := range ts.Auth.Apps(team) {
			all = append(all, app)
			for _, row := range apns.PushTypes() {
				if row.Suffix != "" {
					all = append(all, app+row.Suffix)
				}
			}
		}
	}
	return all
}

// RegisterRemembered registers the saved apps of a team.
func (ts *Teams) RegisterRemembered(team string) error {
	folder := ts.Folder(team)
	topics, err := folder.Topics()
	if err != nil {
		return fmt.Errorf("apps of team %s: %w", team, err)
	}
	for _, topic := range topics {
		if err := ts.Auth.AddApp(team, topic); err != nil {
			return fmt.Errorf("%s: %w; correct the line or remove it", folder.TopicsFile(), err)
		}
	}
	return nil
}

// SetBroadcast enables or disables the broadcast capability of an app. Disabling it
// deletes all its channels: "Setting up broadcast push
// notifications". It fails if there is no such app.
func (ts *Teams) SetBroadcast(team, bundleID string, enabled bool) error {
	if err := ts.Auth.SetBroadcast(team, bundleID, enabled); err != nil {
		return err
	}
	if !enabled {
		ts.Broker.DeleteChannels(broker.AppIn(ts.Spaces.ForTeam(team), bundleID))
	}
	return nil
}
