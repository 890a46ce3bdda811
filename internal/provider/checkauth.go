package provider

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
)

// rejection is err as a refusal; nil for nil. Errors that are none cannot come
// from packages of the core; if one does, it is our own failure.
func rejection(err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*apns.Rejection](err); ok {
		return r
	}
	return apns.Reject(apns.InternalServerError, err.Error())
}

// checkCredentials finds out who sends. With a provider certificate, the
// authorization header is ignored: "Sending notification requests to APNs".
func (r *request) checkCredentials() *apns.Rejection {
	c := r.conn
	if c.refused != nil {
		return apns.Reject(apns.BadCertificate, c.refused.Error())
	}
	if c.identity != nil {
		r.teamID, r.space = c.identity.TeamID, c.server.cfg.Spaces.Of(c.identity.TeamID)
		c.show(r.teamID)
		return rejection(c.server.cfg.Auth.MayPush(r.teamID))
	}
	token, err := c.binding.Verify(r.authorization.value)
	if err != nil {
		return rejection(err)
	}
	c.show(token.TeamID)
	r.signed, r.teamID, r.space = token, token.TeamID, token.Space()
	return nil
}

// checkConnection holds a provider token against those before it on the
// connection.
func (r *request) checkConnection() *apns.Rejection {
	if r.signed == nil {
		return nil
	}
	return rejection(r.conn.binding.Admit(r.signed))
}
