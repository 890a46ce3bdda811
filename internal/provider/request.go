package provider

import (
	"cmp"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A request holds what the provider has sent; each check adds what it finds out.
type request struct {
	conn     *conn
	stream   *h2.Stream
	received time.Time // by the default clock
	passed   int       // number of checks passed

	// Set by receive, see [operation]. There are no notification and no trace if
	// the request is of channel management, and no trace without a journal.
	responseIDHeader string
	responseID       string
	notification     *apns.Notification
	trace            *journal.Trace

	method, path string
	body         []byte
	bodyTooLarge bool

	authorizationHeader header
	topicHeader         header
	pushTypeHeader      header
	idHeader            header
	expirationHeader    header
	priorityHeader      header
	collapseIDHeader    header
	duplicateHeader     string // the first header that occurs twice
	idValid             bool   // there is an apns-id and it is a UUID

	deviceTokenText string // the last part of the path
	deviceToken     [apns.MaxDeviceToken]byte
	deviceTokenLen  int   // number of valid bytes in deviceToken
	deviceTokenErr  error // why deviceTokenText is not a device token

	teamID        string
	space         *space.Space        // the space of the team; nil is the default space
	providerToken *providerauth.Token // the provider token; nil with a certificate
	pushType      *apns.PushTypeInfo  // nil if there is no push type
	expiration    apns.Expiration
	priority      apns.Priority // 0 if the provider gave none
	claims        tokenvault.Claims
	unreported    bool // the device token is retired, and that is not reported yet
	topic         *providerauth.Topic

	ignored  ignoredFailures // failures ignored with Config.AcceptUnknown
	reserved *fault.Reserved // what the device token is reserved for; nil for an ordinary one
}

// parse takes the request from its stream.
func (r *request) parse(s *h2.Stream) {
	*r = request{
		conn: r.conn, stream: s, received: r.conn.server.cfg.Clock.Now(), expiration: apns.DefaultExpiration,
		method: s.Method, path: s.Path, body: s.Body, bodyTooLarge: s.BodyTooLarge,
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		h := r.header(f.Name)
		switch {
		case h == nil:
		case h.present && r.duplicateHeader == "":
			r.duplicateHeader = f.Name
		case !h.present:
			*h = header{f.Value, true}
		}
	}
	r.idValid = r.idHeader.present && validID(r.idHeader.value)
	var ok bool
	if r.deviceTokenText, ok = strings.CutPrefix(r.path, devicePath); ok && r.deviceTokenText != "" {
		// Its syntax is that of apns.DecodeDeviceToken; checkDeviceToken rejects what has another.
		r.deviceTokenLen, r.deviceTokenErr = apns.DecodeDeviceToken(r.deviceToken[:], r.deviceTokenText)
	}
}

// clock returns the clock of the team; that of the default space before the team is
// known.
func (r *request) clock() *clock.Clock {
	cfg := &r.conn.server.cfg
	return cmp.Or(cfg.Spaces.Clock(r.space), cfg.Clock)
}
