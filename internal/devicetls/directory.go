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

// A directory knows which sessions of a courier are those of which device.
type directory struct {
	mu       sync.Mutex
	sessions map[*session]known
}

// known is what is known of the device of a session.
type known struct {
	device  apns.DeviceID
	profile unique.Handle[Profile]
}

// enter notes a session whose device has proven itself.
func (d *directory) enter(s *session, device known) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sessions == nil {
		d.sessions = make(map[*session]known)
	}
	d.sessions[s] = device
}

// leave forgets a session. It may never have been entered.
func (d *directory) leave(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, s)
}

// end ends the sessions of a device, or of all devices if it is zero, and
// returns how many there were.
func (d *directory) end(device apns.DeviceID, how *endError) (ended int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for s, of := range d.sessions {
		if device == of.device || device == (apns.DeviceID{}) {
			s.end(how)
			ended++
		}
	}
	return ended
}

// dismiss ends and forgets the sessions of a device, or of all devices if it is zero,
// and returns how many there were.
func (d *directory) dismiss(device apns.DeviceID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.sessions)
	maps.DeleteFunc(d.sessions, func(s *session, of known) bool {
		if device != of.device && device != (apns.DeviceID{}) {
			return false
		}
		s.end(&endError{Ending: EndDismissed})
		return true
	})
	return before - len(d.sessions)
}

// A Connection is an open connection of a device that has proven itself.
type Connection struct {
	Device      apns.DeviceID
	Environment apns.Environment
	// Remote is the address of the peer.
	Remote string
	Since  time.Time
	// Profile is what the device says of itself.
	Profile Profile
}

// Connections returns the open connections, the oldest first.
func (s *Server) Connections() []Connection {
	d := &s.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]Connection, 0, len(d.sessions))
	for session, of := range d.sessions {
		list = append(list, Connection{of.device, session.environment, session.wire.raw.RemoteAddr().String(), session.since, of.profile.Value()})
	}
	slices.SortFunc(list, func(a, b Connection) int {
		return cmp.Or(a.Since.Compare(b.Since), slices.Compare(a.Device[:], b.Device[:]))
	})
	return list
}

// Disconnect ends the connections of a device, or of all devices if it is zero,
// cleanly and without a word. It returns how many there were. It does not wait
// for them to be closed, but [Server.Connections] has them no longer.
func (s *Server) Disconnect(device apns.DeviceID) int {
	return s.directory.dismiss(device)
}
