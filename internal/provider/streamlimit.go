package provider

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A LowerRule says which refusals take a connection back to
// [Config.FirstStreams], until the next push that is accepted. "A 4xx answer can
// lower the allowance": "Handling notification responses from APNs".
type LowerRule uint8

const (
	// LowerExpired is ExpiredProviderToken alone (observed: pushy#476). It is
	// the default.
	LowerExpired LowerRule = iota
	// LowerForbidden is every answer with status 403.
	LowerForbidden
	// LowerRejected is every refusal (observed: openradar 27870881).
	LowerRejected
	// LowerNever is none.
	LowerNever
)

// lowers reports whether a refusal is one of those.
func (l LowerRule) lowers(reason apns.Reason) bool {
	switch l {
	case LowerExpired:
		return reason == apns.ExpiredProviderToken
	case LowerForbidden:
		return reason.Status() == 403
	case LowerRejected:
		return true
	default:
		return false
	}
}

// raiseStreams lets the provider send more than one request at a time, by a
// second SETTINGS frame, once a push has brought a valid provider token:
// "Establishing a token-based connection to APNs". How it is raised is observed
// (AndrewBarba/apns2#17).
func (c *conn) raiseStreams(hc *h2.Conn, signed *providerauth.Token) {
	if !c.streamsRaised && signed != nil && c.binding.Bound() {
		c.streamsRaised = true
		hc.SetMaxConcurrentStreams(c.server.cfg.Streams)
	}
}

// lowerStreams takes that back after a refusal. It comes before the answer, so
// that a provider that waits for answers knows before it sends again; what is on
// its way is refused with REFUSED_STREAM.
// observed: pushy#476
func (c *conn) lowerStreams(hc *h2.Conn, reason apns.Reason) {
	if c.streamsRaised && c.server.cfg.LowerStreams.lowers(reason) {
		c.streamsLowered = true
		hc.LowerMaxConcurrentStreams(c.server.cfg.FirstStreams)
	}
}

// restoreStreams raises the limit again after a push that was accepted.
// observed: openradar 27870881
func (c *conn) restoreStreams(hc *h2.Conn) {
	if c.streamsLowered {
		c.streamsLowered = false
		hc.SetMaxConcurrentStreams(c.server.cfg.Streams)
	}
}
