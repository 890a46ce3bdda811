package sim

import "github.com/apns-sim/apns-sim/apns"

// ListenerInfo is a row of the table of listeners.
type ListenerInfo struct {
	Listener Listener
	// Flag is the command-line flag that sets the address.
	Flag string
	// Address is the default of the command; Fixed is the address of Auto.
	Address, Fixed string
	// Serves says what the listener is for.
	Serves string
	// Environment is that of the listeners that have one.
	Environment apns.Environment
	// Optional listeners stay closed if no address is given.
	Optional bool
}

// listeners is the table.
var listeners = [listenerCount]ListenerInfo{
	{Provider, "listen", "127.0.0.1:2197", "", "provider API, production", apns.Production, false},
	{Provider443, "listen-443", Auto, "127.0.0.1:443", "provider API, production, on Apple's first port", apns.Production, true},
	{ProviderSandbox, "listen-sandbox", "127.0.0.1:2198", "", "provider API, sandbox", apns.Sandbox, false},
	{Device, "listen-device", "127.0.0.1:5223", "", "devices, production", apns.Production, false},
	{DeviceSandbox, "listen-device-sandbox", "127.0.0.1:5224", "", "devices, sandbox", apns.Sandbox, false},
	{Channels, "listen-channels", "127.0.0.1:2196", "", "channel management, production", apns.Production, false},
	{ChannelsSandbox, "listen-channels-sandbox", "127.0.0.1:2195", "", "channel management, sandbox", apns.Sandbox, false},
	{ControlListener, "listen-control", "127.0.0.1:8197", "", "control API", 0, false},
	{ProxyListener, "listen-proxy", Off, "", "proxy for Apple's hosts", 0, true},
}

// Listeners returns the table of listeners.
func Listeners() []ListenerInfo { return append([]ListenerInfo(nil), listeners[:]...) }
