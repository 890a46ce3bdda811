package sim

import (
	"encoding/hex"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// OpenToken returns the decrypted contents of a device token.
func (s *Simulator) OpenToken(token apns.DeviceToken) (controlapi.OpenedToken, error) {
	c, err := s.Vault.Open([]byte(token))
	if err != nil {
		return controlapi.OpenedToken{}, fmt.Errorf("%w device token: this simulator did not issue it", controlapi.ErrNotFound)
	}
	opened := controlapi.OpenedToken{
		Record: hex.EncodeToString(c.Record()), Base: c.Base,
		Environment: c.Environment.String(), User: int(c.User), Device: c.Device,
		Retirements: c.Epoch, Key: c.Key, Retired: c.Retired, Reported: c.Reported, Expired: c.Expired,
	}
	if c.Base {
		return opened, nil
	}
	opened.TopicTag = hex.EncodeToString(c.Tag[:])
	if topic := s.Auth.Hashed(s.Spaces.ForDevice(c.Device), c.Tag); topic != nil {
		opened.Topic = topic.Name
	}
	return opened, nil
}
