package sim

import (
	"crypto/x509"
	"time"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// verifyDevice verifies the certificate of a device that logs in.
func (s *Simulator) verifyDevice(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error) {
	policy := pki.DeviceStrict
	if s.cfg.AnyDeviceCertificate {
		policy = pki.DeviceLenient
	}
	return s.Secrets.PKI.VerifyDeviceUnder(policy, chain, now)
}
