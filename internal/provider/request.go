package provider

import (
	"cmp"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A header is the value of a request header and whether it was there.
type header struct {
	value   string
	present bool
}

// A request is one push on its way through the checks. First it holds what the
// provider has written; each check adds what it has found out.
type request struct {
	conn   *conn
	passed int // how many checks

	method, path string
	body         []byte
	bodyTooLarge bool

	authorization header
	topic         header
	pushType      header
	id            header
	expiration    header
	priority      header
	collapseID    header
	duplicate     string // the first header that occurs twice
	idValid       bool   // there is an apns-id and it is one

	tokenHex string // the last part of the path
	token    [apns.MaxDeviceToken]byte
	tokenLen int   // of what is good in token
	tokenErr error // why tokenHex is no token

	teamID string
	space  *space.Space        // the world of the team; nil is the common one
	signed *providerauth.Token // the provider token; nil with a certificate
	kind   *apns.PushTypeInfo  // nil if there is no push type
	until  apns.Expiration
	weight apns.Priority // 0 if the provider gave none
	claims tokenvault.Claims
	gone   bool // the token is void, and providers are not told yet
	target *providerauth.Topic

	pardon   pardon          // of the lenient mode
	reserved *fault.Reserved // what the device token is reserved for; nil for an ordinary one
}

// read takes over what the provider has written. Headers that APNs does not
// document are ignored: "Local and Remote Notification Programming Guide".
func (r *request) read(s *h2.Stream) {
	*r = request{conn: r.conn, method: s.Method, path: s.Path, body: s.Body, bodyTooLarge: s.BodyTooLarge, until: apns.DefaultExpiration}
	for i := range s.Fields {
		f := &s.Fields[i]
		h := r.header(f.Name)
		switch {
		case h == nil:
		case h.present && r.duplicate == "":
			r.duplicate = f.Name
		case !h.present:
			*h = header{f.Value, true}
		}
	}
	r.idValid = r.id.present && validID(r.id.value)
	r.readToken()
}

// header returns where the value of a header goes, nil if it is of no interest.
func (r *request) header(name string) *header {
	switch name {
	case apns.HeaderAuthorization:
		return &r.authorization
	case apns.HeaderTopic:
		return &r.topic
	case apns.HeaderPushType:
		return &r.pushType
	case apns.HeaderID:
		return &r.id
	case apns.HeaderExpiration:
		return &r.expiration
	case apns.HeaderPriority:
		return &r.priority
	case apns.HeaderCollapseID:
		return &r.collapseID
	}
	return nil
}

// clock tells what time it is for the team; for everybody, as long as it is not
// known.
func (r *request) clock() *clock.Clock {
	cfg := &r.conn.server.cfg
	return cmp.Or(cfg.Spaces.Clock(r.space), cfg.Clock)
}

// inItsTime is a moment of the common clock in the time of the team.
func (r *request) inItsTime(t time.Time) time.Time {
	if r.space == nil {
		return t
	}
	return t.Add(r.clock().Offset() - r.conn.server.cfg.Clock.Offset())
}

// devicePath is what stands before the device token: "Sending notification
// requests to APNs".
const devicePath = "/3/device/"

func (r *request) readToken() {
	var ok bool
	if r.tokenHex, ok = strings.CutPrefix(r.path, devicePath); ok && r.tokenHex != "" {
		r.tokenLen, r.tokenErr = apns.DecodeDeviceToken(r.token[:], r.tokenHex)
	}
}
