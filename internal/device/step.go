package device

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Step is one thing that went over the wire, for those who want to watch the
// handshake. It is one of the Step types of this package. What it holds must not
// be changed.
type Step interface{ step() }

// StepTCP says: the connection to the courier is open; nothing was said yet.
type StepTCP struct {
	// Host is the host a redirect named, or "".
	Host   string
	Remote net.Addr
}

// StepTLS says: the courier's certificate was checked against the roots, the server
// name and the time, and the connection is encrypted.
type StepTLS struct {
	ServerName string
	State      tls.ConnectionState
}

// StepConnect says: the device sent its login.
type StepConnect struct {
	Style       Style
	Certificate *x509.Certificate
	// Token is the base token presented, "" if the device has none.
	Token apns.DeviceToken
	// Nonce and Signature are the proof, in [StyleV3]; nil in styles that show
	// the certificate in TLS.
	Nonce, Signature []byte
}

// StepClock says: the courier found the time in the nonce wrong. The device takes the
// courier's and repeats its login.
type StepClock struct {
	Server time.Time
	// Shift is by how much the device's clock was behind.
	Shift time.Duration
}

// StepAccepted says: the courier accepted the login.
type StepAccepted struct {
	// Token is the base token that the courier sent along, "" if it kept the one
	// presented.
	Token apns.DeviceToken
	// ServerTime is the courier's clock, zero if it did not tell.
	ServerTime time.Time
}

// StepPower says: the device told whether it is in use.
type StepPower struct {
	State uint8 // courier.StateActive or courier.StateInactive
	// Interval is how long the device stays active.
	Interval time.Duration
}

// StepFilter says: the device told which topics it wants.
type StepFilter struct {
	Topics []string // those enabled
	Others []App    // those on other lists; their tokens are not set
}

// StepNoStorage says: the courier has nothing stored for the device.
type StepNoStorage struct{}

// StepTokenRequest says: the device asked for the token of an app.
type StepTokenRequest struct {
	Topic string
	Hash  apns.TopicHash
}

// StepChannels says: the device told which channels it subscribes to. Full says
// that Wanted is all of them, and not only what is new.
type StepChannels struct {
	Full          bool
	Wanted, Ended []Subscription
}

// StepKeepalive says: a keepalive was answered.
type StepKeepalive struct{}

// StepRedirect says: the courier sent the device to another host.
type StepRedirect struct{ Host, Reason string }

func (StepTCP) step()          {}
func (StepTLS) step()          {}
func (StepConnect) step()      {}
func (StepClock) step()        {}
func (StepAccepted) step()     {}
func (StepFilter) step()       {}
func (StepPower) step()        {}
func (StepNoStorage) step()    {}
func (StepTokenRequest) step() {}
func (StepChannels) step()     {}
func (StepKeepalive) step()    {}
func (StepRedirect) step()     {}

// trace tells the watcher about a step.
func (d *Device) trace(s Step) {
	if d.cfg.Trace == nil {
		return
	}
	d.callbacks.Lock()
	defer d.callbacks.Unlock()
	d.cfg.Trace(s)
}
