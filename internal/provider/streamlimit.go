package provider

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A LowerRule selects the rejections that lower the stream limit of a connection to
// [Config.FirstStreams], until the next accepted push. "A 4xx answer can lower the
// allowance":
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
type LowerRule uint8

const (
	// LowerExpired selects ExpiredProviderToken alone (observed: jchambers/pushy#476). It is
	// the default.
	LowerExpired LowerRule = iota
	// LowerForbidden selects every response with status 403.
	LowerForbidden
	// LowerRejected selects every rejection (observed: openradar 27870881).
	LowerRejected
	// LowerNever selects none.
	LowerNever
)

// lowers reports whether the rule selects a rejection with this reason.
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

// setFirstStreamLimit sets the stream limit with which the connection begins. It is
// [Config.FirstStreams] until a push has brought a valid provider token, and
// [Config.Streams] at once with a certificate.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// observed: 1000 with a certificate (jchambers/pushy#709)
func (c *conn) setFirstStreamLimit(cfg *h2.Config) {
	c.streamsRaised = c.identity != nil
	cfg.MaxConcurrentStreams = c.server.cfg.FirstStreams
	if c.streamsRaised {
		cfg.MaxConcurrentStreams = c.server.cfg.Streams
	}
}

// raiseStreams raises the stream limit by a second SETTINGS frame once a push has
// brought a valid provider token.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// observed: AndrewBarba/apns2#17
func (c *conn) raiseStreams(hc *h2.Conn, signed *providerauth.Token) {
	if !c.streamsRaised && signed != nil && c.binding.Bound() {
		c.streamsRaised = true
		hc.SetMaxConcurrentStreams(c.server.cfg.Streams)
	}
}

// lowerStreams lowers the stream limit after a rejection, before the response, so that
// a provider that waits for responses knows it before it sends again. Streams
// that the provider opens above the new limit, before it has seen it, are refused with REFUSED_STREAM.
// observed: jchambers/pushy#476
func (c *conn) lowerStreams(hc *h2.Conn, reason apns.Reason) {
	if c.streamsRaised && c.server.cfg.LowerStreams.lowers(reason) {
		c.streamsLowered = true
		hc.LowerMaxConcurrentStreams(c.server.cfg.FirstStreams)
	}
}

// restoreStreams raises the stream limit again after an accepted push.
// observed: openradar 27870881
func (c *conn) restoreStreams(hc *h2.Conn) {
	if c.streamsLowered {
		c.streamsLowered = false
		hc.SetMaxConcurrentStreams(c.server.cfg.Streams)
	}
}
