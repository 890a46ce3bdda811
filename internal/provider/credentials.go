package provider

import "github.com/apns-sim/apns-sim/apns"

// checkCredentials authenticates the request. With a provider certificate, the
// authorization header is ignored.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkCredentials() *apns.Rejection {
	c := r.conn
	if c.certificateErr != nil {
		return badCertificate(c.certificateErr)
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

// checkConnection compares a provider token with the earlier ones of the connection.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func (r *request) checkConnection() *apns.Rejection {
	if r.providerToken == nil {
		return nil
	}
	return asRejection(r.conn.binding.Admit(r.providerToken))
}
