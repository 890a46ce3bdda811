package devicecontrol

import (
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// RotateDeviceTokenKey makes a new key, which encrypts device tokens from now on. Tokens
// of older keys are still decrypted: devices keep their base tokens, and apps theirs until
// they register again. If the secrets have a directory, the keys are written
// there first.
func (ds *Devices) RotateDeviceTokenKey() error {
	ds.rotating.Lock()
	defer ds.rotating.Unlock()
	secret := tokenvault.NewSecret()
	keys := append([][]byte{secret}, ds.Vault.Secrets()...)
	if ds.Secrets.Dir != "" {
		if err := keystore.SaveDeviceTokenKeys(ds.Secrets.Dir, keys); err != nil {
			return err
		}
	}
	if err := ds.Vault.Rotate(secret); err != nil {
		return err
	}
	ds.Secrets.DeviceTokenKeys = keys
	return nil
}
