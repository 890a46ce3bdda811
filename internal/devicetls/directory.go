package devicetls

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
	"unique"

	"github.com/apns-sim/apns-sim/apns"
)

// A directory maps devices to their sessions.
type directory struct {
	mu       sync.Mutex // taken before that of a closeState: docs/lock-order.md
	sessions map[*session]deviceInfo
	devices  map[apns.DeviceID][]*session // of each device, those in sessions

	recordings map[apns.DeviceID][]*Recording // of those whose frames are recorded
}

// deviceInfo is the device of a session.
type deviceInfo struct {
	device  apns.DeviceID
	profile unique.Handle[Profile]
	security
}

// add adds a session whose device has proven its identity.
func (d *directory) add(s *session, device deviceInfo) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sessions == nil {
		d.sessions, d.devices = make(map[*session]deviceInfo), make(map[apns.DeviceID][]*session)
	}
	d.sessions[s] = device
	d.devices[device.device] = append(d.devices[device.device], s)
	s.recorded.Store(len(d.recordings[device.device]) > 0)
}

// remove removes a session, if it was added.
func (d *directory) remove(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removeLocked(s)
}

func (d *directory) removeLocked(s *session) {
	of, ok := d.sessions[s]
	if !ok {
		return
	}
	delete(d.sessions, s)
	left := slices.DeleteFunc(d.devices[of.device], func(other *session) bool { return other == s })
	if len(left) == 0 {
		delete(d.devices, of.device)
		return
	}
	d.devices[of.device] = left
}

// ofLocked returns the sessions of a device, or of all devices if it is zero.
func (d *directory) ofLocked(device apns.DeviceID) []*session {
	if device == (apns.DeviceID{}) {
		return slices.Collect(maps.Keys(d.sessions))
	}
	return slices.Clone(d.devices[device])
}

// end ends the sessions of a device, or of all devices if it is zero, and
// returns how many there were.
func (d *directory) end(device apns.DeviceID, how *endError) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	ended := d.ofLocked(device)
	for _, s := range ended {
		s.end(how)
	}
	return len(ended)
}

// disconnect ends and removes the sessions of a device, or of all devices if it is zero,
// and returns how many there were.
func (d *directory) disconnect(device apns.DeviceID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	ended := d.ofLocked(device)
	for _, s := range ended {
		d.removeLocked(s)
		s.end(&endError{Reason: EndDisconnected})
	}
	return len(ended)
}

// A Connection is an open connection of a device that has proven its identity.
type Connection struct {
	Device      apns.DeviceID
	Environment apns.Environment
	// Remote is the address of the peer.
	Remote string
	Since  time.Time
	// Profile is what the device reports about itself.
	Profile Profile
	// TLS is what was agreed in the handshake, Certificate is how the device has proven its
	// identity.
	TLS         TLS
	Certificate Certificate
}

// Connections returns the open connections, the oldest first.
func (s *Server) Connections() []Connection { return s.ConnectionsOf(apns.DeviceID{}) }

// ConnectionsOf returns the open connections of a device, or of all devices if it is
// zero, the oldest first.
func (s *Server) ConnectionsOf(device apns.DeviceID) []Connection {
	d := &s.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	sessions := d.ofLocked(device)
	list := make([]Connection, len(sessions))
	for i, session := range sessions {
		of := d.sessions[session]
		list[i] = Connection{
			Device: of.device, Environment: session.environment, Remote: session.conn.raw.RemoteAddr().String(), Since: session.since,
			Profile: of.profile.Value(), TLS: of.tls.Value(), Certificate: of.certificate(),
		}
	}
	slices.SortFunc(list, func(a, b Connection) int {
		return cmp.Or(a.Since.Compare(b.Since), slices.Compare(a.Device[:], b.Device[:]))
	})
	return list
}

// Open returns how many connections are open.
func (s *Server) Open() int {
	s.directory.mu.Lock()
	defer s.directory.mu.Unlock()
	return len(s.directory.sessions)
}

// Disconnect ends the connections of a device, or of all devices if it is zero, with a clean
// close. It returns how many there were. It does not wait for them to close, but
// [Server.Connections] omits them at once.
func (s *Server) Disconnect(device apns.DeviceID) int {
	return s.directory.disconnect(device)
}
