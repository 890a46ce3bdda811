package sim

import (
	"encoding/hex"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// DecryptToken returns the decrypted contents of a device token.
func (s *Simulator) DecryptToken(token apns.DeviceToken) (controlapi.DecryptedToken, error) {
	c, err := s.Vault.Decrypt([]byte(token))
	if err != nil {
		return controlapi.DecryptedToken{}, fmt.Errorf("%w device token: this simulator did not issue it", controlapi.ErrNotFound)
	}
	decrypted := controlapi.DecryptedToken{
		Record: hex.EncodeToString(c.Record()), Base: c.Base,
		Environment: c.Environment.String(), User: int(c.User), Device: c.Device,
		Retirements: c.Epoch, Key: c.Key, Retired: c.Retired, Reported: c.Reported, Expired: c.Expired,
	}
	if c.Base {
		return decrypted, nil
	}
	decrypted.TopicTag = hex.EncodeToString(c.Tag[:])
	if topic := s.Auth.Hashed(s.Spaces.ForDevice(c.Device), c.Tag); topic != nil {
		decrypted.Topic = topic.Name
	}
	return decrypted, nil
}
