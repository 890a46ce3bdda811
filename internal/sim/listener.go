package sim

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// A Listener is one of the ports on which the simulator can accept connections.
type Listener uint8

// The listeners, in the order of the table.
const (
	Provider Listener = iota
	Provider443
	ProviderSandbox
	Device
	DeviceSandbox
	Channels
	ChannelsSandbox
	ControlListener
	ProxyListener
	listenerCount
)

// Values of an address that are not addresses.
const (
	// Off opens no port.
	Off = "off"
	// Auto opens a listener that has a fixed address there, if that is permitted
	// and the address is free.
	Auto = "auto"
)

// AutoAt is [Auto] at another host than loopback.
func AutoAt(host string) string { return Auto + ":" + host }

// Automatic returns the address for [Auto] or a result of [AutoAt], and whether it is one of
// them. They are for listeners with a fixed address.
func (i *ListenerInfo) Automatic(word string) (address string, ok bool) {
	if i.Fixed == "" || word == Auto {
		return i.Fixed, i.Fixed != "" && word == Auto
	}
	host, ok := strings.CutPrefix(word, Auto+":")
	if !ok {
		return "", false
	}
	_, port, err := net.SplitHostPort(i.Fixed)
	return net.JoinHostPort(host, port), err == nil
}

// Addresses says where the listeners are: host:port, [Off], [Auto] or [AutoAt], for the control API also
// unix: and the path of a socket. The host localhost
// is both loopback addresses, as far as the machine has IPv6. A missing one stands for
// any free port of 127.0.0.1; optional listeners stay closed then.
type Addresses map[Listener]string

// An AddressError says that a listener cannot be opened at its address.
type AddressError struct {
	Listener ListenerInfo
	Address  string
	Err      error
}

// Error names the address, the cause, and the flag to change.
func (e *AddressError) Error() string {
	return fmt.Sprintf("cannot listen on %s for %s: %v; choose another address with --%s, or %s",
		e.Address, e.Listener.Serves, e.Err, e.Listener.Flag, Off)
}

func (e *AddressError) Unwrap() error { return e.Err }

// open opens every listener that has an address. If it fails, with an *AddressError, no
// listener is open.
func (a Addresses) open(listen func(ListenerInfo, string) (net.Listener, error), skip func(ListenerInfo, error)) (map[Listener]net.Listener, error) {
	open := make(map[Listener]net.Listener, listenerCount)
	for _, listener := range listeners {
		address, given := a[listener.Listener]
		fixed, automatic := listener.Automatic(address)
		switch {
		case !given && listener.Optional, address == Off:
			continue
		case !given || address == "":
			address = "127.0.0.1:0"
		case automatic:
			address = fixed
		}
		address, _ = firstLoopback(address)
		ln, err := listen(listener, address)
		switch {
		case err == nil:
			open[listener.Listener] = ln
		case automatic:
			skip(listener, err)
		default:
			return nil, errors.Join(&AddressError{listener, address, cause(err)}, closeAll(open))
		}
	}
	return open, nil
}

// cause removes the address from the error of a listener, since the caller adds it.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		err = op.Err
	}
	if wrong, ok := errors.AsType[*net.AddrError](err); ok {
		err = errors.New(wrong.Err)
	}
	return err
}

func closeAll(open map[Listener]net.Listener) error {
	var errs []error
	for _, ln := range open {
		errs = append(errs, ln.Close())
	}
	return errors.Join(errs...)
}
