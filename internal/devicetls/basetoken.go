package devicetls

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A login is an accepted Connect: the address of the user, and the base token.
type login struct {
	address tokenvault.Address
	token   []byte
	issued  bool // the token is new to the device
	slot    int
}

// baseTokenFor decides about the base token that a device presents. A device that presents none, or
// one that is not its own, is issued a new one; the configuration can have the latter
// rejected.
//
// "APNs decrypts the token with the token key and checks that it was made for
// the device whose certificate is on this connection": Apple, Local and Remote
// Notification Programming Guide, "Connection trust".
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/
func (s *session) baseTokenFor(device apns.DeviceID, presented []byte) (login, *rejection) {
	if len(presented) > 0 {
		address, err := s.verifyBaseToken(device, presented)
		if err == nil {
			return s.assignSlot(login{address: address, token: presented})
		}
		if s.server.cfg.RejectForeignToken {
			return login{}, &rejection{reason: tokenForeign, err: err}
		}
		s.log.Info("replaced a base token that does not belong to the device", "device", device, "err", err)
	}
	user, ok := s.nextUser()
	if !ok {
		return login{}, &rejection{reason: tooManyUsers, err: fmt.Errorf("no free user slot (0 to %d)", tokenvault.MaxUser)}
	}
	address := tokenvault.Address{Environment: s.environment, Device: device, User: user}
	token := s.server.cfg.Vault.Issue(address, nil)
	return s.assignSlot(login{address: address, token: []byte(token), issued: true})
}

// verifyBaseToken decrypts a base token, which must belong to the device and must not be retired.
func (s *session) verifyBaseToken(device apns.DeviceID, token []byte) (tokenvault.Address, error) {
	claims, err := s.server.cfg.Vault.Decrypt(token)
	switch {
	case err != nil:
		return tokenvault.Address{}, err
	case claims.Device != device:
		return tokenvault.Address{}, fmt.Errorf("it belongs to device %v", claims.Device)
	case claims.Environment != s.environment:
		return tokenvault.Address{}, fmt.Errorf("it belongs to the %v environment", claims.Environment)
	case !claims.Base:
		return tokenvault.Address{}, errors.New("it is the device token of an app")
	case !claims.Retired.IsZero():
		return tokenvault.Address{}, fmt.Errorf("it was retired at %v", claims.Retired)
	}
	return claims.Address, nil
}

// recordToken records that the device was issued a token.
func (s *session) recordToken(what string, token []byte) {
	s.record(journal.TokenIssued, "", fmt.Sprintf("%s %v", what, apns.DeviceToken(token)))
}
