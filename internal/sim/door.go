package sim

import (
	"errors"
	"fmt"
	"net"

	"github.com/apns-sim/apns-sim/apns"
)

// A Door is a listener of the simulator.
type Door uint8

// The doors, in the order of the table.
const (
	Provider Door = iota
	Provider443
	ProviderSandbox
	Device
	DeviceSandbox
	Channels
	ChannelsSandbox
	ControlDoor
	ProxyDoor
	doorCount
)

// Values that stand in the place of an address.
const (
	// Off opens no door.
	Off = "off"
	// Auto opens a door that has a fixed address there, if that is permitted
	// and the address is free.
	Auto = "auto"
)

// DoorInfo is a row of the table of doors.
type DoorInfo struct {
	Door Door
	// Flag is the command-line flag that sets the address.
	Flag string
	// Address is where the command opens it unless told otherwise; Fixed is
	// what Auto stands for.
	Address, Fixed string
	// Serves says what is behind it.
	Serves string
	// Environment is that of the doors that have one.
	Environment apns.Environment
	// Optional doors stay closed if no address is given.
	Optional bool
}

// doors is the one table of doors.
var doors = [doorCount]DoorInfo{
	{Provider, "listen", "127.0.0.1:2197", "", "provider API, production", apns.Production, false},
	{Provider443, "listen-443", Auto, "127.0.0.1:443", "provider API, production, on Apple's first port", apns.Production, true},
	{ProviderSandbox, "listen-sandbox", "127.0.0.1:2198", "", "provider API, sandbox", apns.Sandbox, false},
	{Device, "listen-device", "127.0.0.1:5223", "", "devices, production", apns.Production, false},
	{DeviceSandbox, "listen-device-sandbox", "127.0.0.1:5224", "", "devices, sandbox", apns.Sandbox, false},
	{Channels, "listen-channels", "127.0.0.1:2196", "", "channel management, production", apns.Production, false},
	{ChannelsSandbox, "listen-channels-sandbox", "127.0.0.1:2195", "", "channel management, sandbox", apns.Sandbox, false},
	{ControlDoor, "listen-control", "127.0.0.1:8197", "", "control API", 0, false},
	{ProxyDoor, "listen-proxy", Off, "", "CONNECT proxy for Apple's hosts", 0, true},
}

// Doors returns the table of doors.
func Doors() []DoorInfo { return append([]DoorInfo(nil), doors[:]...) }

// Addresses says where the doors are: host:port, [Off] or [Auto]. The host localhost
// is both loopback addresses, as far as the machine has IPv6. A missing one stands for
// any free port of 127.0.0.1; optional doors stay closed then.
type Addresses map[Door]string

// An AddressError says that a door cannot be opened where it should be.
type AddressError struct {
	Door    DoorInfo
	Address string
	Err     error
}

// Error names the address, the cause, and the flag to change.
func (e *AddressError) Error() string {
	return fmt.Sprintf("cannot listen on %s for %s: %v; choose another address with --%s, or %s",
		e.Address, e.Door.Serves, e.Err, e.Door.Flag, Off)
}

func (e *AddressError) Unwrap() error { return e.Err }

// listenTCP opens a door on the machine's network.
func listenTCP(_ DoorInfo, address string) (net.Listener, error) { return net.Listen("tcp", address) }

// open listens at every door that shall be open. Nothing stays open if it
// fails, which is always with an *AddressError.
func (a Addresses) open(listen func(DoorInfo, string) (net.Listener, error), skip func(DoorInfo, error)) (map[Door]net.Listener, error) {
	open := make(map[Door]net.Listener, doorCount)
	for _, door := range doors {
		address, given := a[door.Door]
		automatic := address == Auto && door.Fixed != ""
		switch {
		case !given && door.Optional, address == Off:
			continue
		case !given || address == "":
			address = "127.0.0.1:0"
		case automatic:
			address = door.Fixed
		}
		address, _ = firstLoopback(address)
		ln, err := listen(door, address)
		switch {
		case err == nil:
			open[door.Door] = ln
		case automatic:
			skip(door, err)
		default:
			return nil, errors.Join(&AddressError{door, address, cause(err)}, closeAll(open))
		}
	}
	return open, nil
}

// cause takes the address out of a listener's error, which names it once more.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		err = op.Err
	}
	if wrong, ok := errors.AsType[*net.AddrError](err); ok {
		err = errors.New(wrong.Err)
	}
	return err
}

func closeAll(open map[Door]net.Listener) error {
	var errs []error
	for _, ln := range open {
		errs = append(errs, ln.Close())
	}
	return errors.Join(errs...)
}
