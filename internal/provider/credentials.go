package provider

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
)

// rejection is err as a refusal; nil for nil. Errors that are none cannot come
// from packages of the core; if one does, it is our own failure.
func asRejection(err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*apns.Rejection](err); ok {
		return r
	}
	return apns.Reject(apns.InternalServerError, err.Error())
}

// checkCredentials finds out who sends. With a provider certificate, the
// authorizationHeader header is ignored: "Sending notification requests to APNs".
func (r *request) checkCredentials() *apns.Rejection {
	c := r.conn
	if c.certificateErr != nil {
		return apns.Reject(apns.BadCertificate, c.certificateErr.Error())
	}
	if c.identity != nil {
		r.teamID, r.space = c.identity.TeamID, c.server.cfg.Spaces.ForTeam(c.identity.TeamID)
		c.setTeam(r.teamID)
		return asRejection(c.server.cfg.Auth.MayPush(r.teamID))
	}
	token, err := c.binding.Verify(r.authorizationHeader.value)
	if err != nil {
		return asRejection(err)
	}
	c.setTeam(token.TeamID)
	r.providerToken, r.teamID, r.space = token, token.TeamID, token.Space()
	return nil
}

// checkConnection holds a provider token against those before it on the
// connection.
func (r *request) checkConnection() *apns.Rejection {
	if r.providerToken == nil {
		return nil
	}
	return asRejection(r.conn.binding.Admit(r.providerToken))
}
