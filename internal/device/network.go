package device

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// Wi-Fi keeps a silent connection longer than a cellular network does.
//
// observed: third-party clients.
const (
	keepaliveWiFi     = 15 * time.Minute
	keepaliveCellular = 10 * time.Minute
)

// checkCarrier rejects what is not a mobile network: MCC and MNC have five or six
// digits together. "" is Wi-Fi.
func checkCarrier(carrier string) error {
	if carrier == "" {
		return nil
	}
	for _, c := range carrier {
		if c < '0' || c > '9' {
			return badCarrier(carrier)
		}
	}
	if len(carrier) < 5 || len(carrier) > 6 {
		return badCarrier(carrier)
	}
	return nil
}

func badCarrier(carrier string) error {
	return fmt.Errorf("%q is not a mobile network: use its MCC and MNC, such as 26201, or an empty string for Wi-Fi", carrier)
}

// SwitchNetwork moves the device to the cellular network with these MCC and MNC, or to
// Wi-Fi if carrier is "". The address changes with the network, so the connection is
// lost without a word and the device logs in again.
func (d *Device) SwitchNetwork(carrier string) error {
	if err := checkCarrier(carrier); err != nil {
		return err
	}
	d.mu.Lock()
	same := d.carrier == carrier
	d.carrier = carrier
	d.mu.Unlock()
	if !same {
		d.endConnection(errNetwork)
		d.connectNow()
	}
	return nil
}

// Carrier is the cellular network of the device; "" if it is on Wi-Fi.
func (d *Device) Carrier() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.carrier
}

// A network is what a device says about its network.
type network struct {
	interfaceID uint8
	carrier     string
	flags       uint32
	keepalive   time.Duration
}

// network gives what the device says about the network it is on.
func (d *Device) network() network {
	n := network{courier.InterfaceWiFi, courier.CarrierWiFi, courier.PresenceWiFi, keepaliveWiFi}
	if carrier := d.Carrier(); carrier != "" {
		n = network{courier.InterfaceCellular, carrier, 0, keepaliveCellular}
	}
	if d.cfg.Keepalive != 0 {
		n.keepalive = d.cfg.Keepalive
	}
	return n
}
