package seed

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A merge adds one seed to a document.
type merge struct {
	seed  *Seed
	into  *state.Document
	now   time.Time
	known map[name]bool // what the document has
	added []state.Element
	errs  []error

	numbers map[uint64]uint64 // of devices: that in the seed, and that in the document
}

// A name is the kind and the key of an element.
type name struct {
	kind state.Kind
	key  string
}

// Merge adds to a document what the seed has and the document does not, and returns the
// elements that it has added. The error names each value that cannot be used.
func (s *Seed) Merge(into *state.Document, now time.Time) ([]state.Element, error) {
	m := &merge{seed: s, into: into, now: now, known: make(map[name]bool), numbers: make(map[uint64]uint64)}
	for e := range into.Elements {
		m.known[name{e.Kind(), e.Key()}] = true
	}
	m.spaces()
	m.keys()
	m.apps()
	m.devices()
	m.channels()
	m.faults()
	m.asTheyAre()
	return m.added, errors.Join(m.errs...)
}

// fail reports a value that cannot be used.
func (m *merge) fail(path string, err error) {
	m.errs = append(m.errs, fmt.Errorf("%s: %s: %w", m.seed.File, path, err))
}

// add adds an element to a list of the document, unless the document has one with its key.
func add[E state.Element](m *merge, list *[]E, e E) {
	n := name{e.Kind(), e.Key()}
	if m.known[n] {
		return
	}
	m.known[n] = true
	*list = append(*list, e)
	m.added = append(m.added, e)
}

func (m *merge) spaces() {
	for _, e := range m.seed.Spaces {
		if e.Team != "" && e.Created.IsZero() {
			e.Created = m.now
		}
		add(m, &m.into.Spaces, e)
		if e.Team != "" {
			add(m, &m.into.Teams, state.Team{ID: e.Team})
		}
	}
	for _, e := range m.seed.Teams {
		add(m, &m.into.Teams, e)
	}
}

func (m *merge) keys() {
	for i, e := range m.seed.Keys {
		e.Team = cmp.Or(e.Team, keystore.DefaultTeam)
		if err := m.completeKey(&e); err != nil {
			m.fail(fmt.Sprintf("keys[%d]", i), err)
			continue
		}
		add(m, &m.into.Keys, e)
	}
}

// completeKey reads the file of a key, and makes the public half of the private one.
func (m *merge) completeKey(e *state.AuthKey) error {
	if e.File != "" {
		path := e.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(m.seed.File), path)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("file: %w", err)
		}
		e.Private, e.File = string(text), ""
	}
	if e.Private == "" {
		if len(e.Public) == 0 && !e.Revoked {
			return errors.New("there is no key; add file, the path of a .p8 file, or private, its text")
		}
		return nil
	}
	private, err := pki.ParseP8([]byte(e.Private))
	if err != nil {
		return err
	}
	key := providerauth.Key{ID: e.ID, TeamID: e.Team, Public: &private.PublicKey, Topics: e.Topics, Related: e.Related, Environments: e.Environments}
	if err := key.Check(); err != nil {
		return err
	}
	element, err := key.Element()
	if err != nil {
		return err
	}
	element.Private = e.Private
	*e = element
	return nil
}

func (m *merge) apps() {
	for i, e := range m.seed.Apps {
		e.Team = cmp.Or(e.Team, keystore.DefaultTeam)
		if !apns.ValidTopic(e.BundleID) {
			m.fail(fmt.Sprintf("apps[%d].bundleId", i), badTopic(e.BundleID))
			continue
		}
		add(m, &m.into.Apps, e)
	}
}

func badTopic(topic string) error {
	return fmt.Errorf("%q is not a bundle ID, which consists of letters, digits, hyphens and dots", topic)
}

// appsOf returns the topics of a team.
func (m *merge) appsOf(team string) (topics []string) {
	if team == keystore.DefaultTeam {
		topics = []string{keystore.DefaultTopic}
	}
	for _, a := range m.into.Apps {
		if a.Team == team && !slices.Contains(topics, a.BundleID) {
			topics = append(topics, a.BundleID)
		}
	}
	return topics
}

// devices adds devices by their IDs if they have been exported. Others are added by their
// names, since a device that is not there yet has no ID.
func (m *merge) devices() {
	named, last, exported := make(map[string]bool), uint64(0), make(map[apns.DeviceID]bool)
	for _, d := range m.into.Devices {
		named[d.Name], last, exported[d.ID] = true, max(last, d.Number), true
	}
	for i, e := range m.seed.Devices {
		path := fmt.Sprintf("devices[%d]", i)
		if e.ID != (apns.DeviceID{}) {
			if !exported[e.ID] {
				last++
				m.numbers[e.Number], e.Number = last, last
				add(m, &m.into.Devices, e)
			}
			continue
		}
		base := cmp.Or(e.Name, fmt.Sprintf("%s-%d", m.seed.name(), i+1))
		if err := m.completeDevice(&e); err != nil {
			m.fail(path, err)
			continue
		}
		count := max(1, e.Count)
		e.Count = 0
		for n := range count {
			if e.Name = base; count > 1 {
				e.Name = fmt.Sprintf("%s-%d", base, n+1)
			}
			if named[e.Name] {
				continue
			}
			last++
			e.Number, named[e.Name] = last, true
			add(m, &m.into.Devices, e)
		}
	}
}

// maxCount is how many devices one element of a seed makes at most, as a call of the control
// API does.
const maxCount = 5000

func (m *merge) completeDevice(e *state.Device) error {
	if e.Count < 0 || e.Count > maxCount {
		return fmt.Errorf("count: %d is not between 1 and %d", e.Count, maxCount)
	}
	e.Team = cmp.Or(e.Team, keystore.DefaultTeam)
	if len(e.Apps) == 0 {
		for _, topic := range m.appsOf(e.Team) {
			e.Apps = append(e.Apps, state.DeviceApp{Topic: topic})
		}
	}
	for i, app := range e.Apps {
		if !apns.ValidTopic(app.Topic) {
			return fmt.Errorf("apps[%d].topic: %w", i, badTopic(app.Topic))
		}
		m.addApp(e.Team, app.Topic)
		if !slices.Contains(e.Topics, app.Topic) {
			e.Topics = append(slices.Clip(e.Topics), app.Topic)
		}
	}
	return nil
}

// addApp adds an app that a device or a channel of the seed has.
func (m *merge) addApp(team, topic string) {
	if team != keystore.DefaultTeam || topic != keystore.DefaultTopic {
		add(m, &m.into.Apps, state.App{Team: team, BundleID: topic})
	}
}

func (m *merge) channels() {
	for i, e := range m.seed.Channels {
		path := fmt.Sprintf("channels[%d]", i)
		if e.ID == "" {
			e.ID = m.channelID(i, &e)
		}
		if id, err := base64.StdEncoding.DecodeString(e.ID); err != nil || len(id) == 0 {
			m.fail(path+".id", fmt.Errorf("%q is not base64; leave it out to have one made", e.ID))
			continue
		}
		if !apns.ValidTopic(e.Topic) {
			m.fail(path+".topic", badTopic(e.Topic))
			continue
		}
		if e.Created.IsZero() {
			e.Created = m.now
		}
		m.addApp(cmp.Or(e.Space, keystore.DefaultTeam), e.Topic)
		add(m, &m.into.Channels, e)
	}
}

// channelID makes an ID that is the same at each start.
func (m *merge) channelID(i int, e *state.Channel) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %s %v", m.seed.name(), i, e.Space, e.Topic, e.Environment))
	return base64.StdEncoding.EncodeToString(sum[:16])
}

// faults adds rules by their names.
func (m *merge) faults() {
	type ruleName struct{ space, name string }
	named, last := make(map[ruleName]bool), uint64(0)
	for _, f := range m.into.Faults {
		var rule fault.Rule
		if json.Unmarshal(f.Rule, &rule) == nil { // another one is reported when it is restored
			named[ruleName{rule.Space, rule.Name}] = true
		}
		last = max(last, f.Number)
	}
	for i, f := range m.seed.Faults {
		rule, err := m.rule(i, &f)
		if err != nil {
			m.fail(fmt.Sprintf("faults[%d]", i), err)
			continue
		}
		if n := (ruleName{rule.Space, rule.Name}); !named[n] {
			named[n], last = true, last+1
			f.Number = last
			add(m, &m.into.Faults, f)
		}
	}
}

// rule checks a rule and gives it a name if it has none.
func (m *merge) rule(i int, f *state.Fault) (rule fault.Rule, err error) {
	if err := state.Strict(f.Rule, &rule); err != nil {
		return rule, err
	}
	if err := rule.Check(); err != nil {
		return rule, err
	}
	rule.Name = cmp.Or(rule.Name, fmt.Sprintf("%s-%d", m.seed.name(), i+1))
	f.Rule, err = json.Marshal(&rule)
	return rule, err
}

// asTheyAre adds what only an export has.
func (m *merge) asTheyAre() {
	for _, e := range m.seed.Certificates {
		add(m, &m.into.Certificates, e)
	}
	for _, e := range m.seed.Members {
		add(m, &m.into.Members, e)
	}
	for _, e := range m.seed.Revocations {
		add(m, &m.into.Revocations, e)
	}
	for _, e := range m.seed.LowPowers {
		add(m, &m.into.LowPowers, e)
	}
	for _, e := range m.seed.Retirements {
		add(m, &m.into.Retirements, e)
	}
	for _, e := range m.seed.TokenUpdates {
		add(m, &m.into.TokenUpdates, e)
	}
	for _, e := range m.seed.Inboxes {
		if number := m.numbers[e.Device]; number != 0 { // the device came with it
			e.Device = number
			add(m, &m.into.Inboxes, e)
		}
	}
	if len(m.seed.Pushes)+len(m.seed.Files) > 0 {
		m.fail("pushes and files", errors.New("only apns-sim state import takes them over; remove them from the seed"))
	}
}
