package courier

import "strconv"

// A Command is the first byte of a frame.
type Command uint8

// The commands. 0x1a, 0x1c and 0x1f have never been observed.
const (
	CmdConnect                Command = 0x07
	CmdConnectResponse        Command = 0x08
	CmdFilter                 Command = 0x09
	CmdNotification           Command = 0x0a
	CmdAck                    Command = 0x0b
	CmdKeepalive              Command = 0x0c
	CmdKeepaliveResponse      Command = 0x0d
	CmdNoStorage              Command = 0x0e
	CmdFlush                  Command = 0x0f
	CmdFlushResponse          Command = 0x10
	CmdTokenRequest           Command = 0x11
	CmdTokenResponse          Command = 0x12
	CmdActiveInterval         Command = 0x13
	CmdActiveState            Command = 0x14
	CmdTransportAck           Command = 0x15
	CmdKeepaliveAck           Command = 0x16
	CmdRedirect               Command = 0x17
	CmdTaskControl            Command = 0x18
	CmdTaskNotification       Command = 0x19
	CmdTracingAck             Command = 0x1b
	CmdChannel                Command = 0x1d
	CmdChannelUpdate          Command = 0x1e
	CmdPresenceTracking       Command = 0x20
	CmdFilterUpdate           Command = 0x21
	CmdCancelDelayedKeepalive Command = 0x22
)

// A Direction is the side that sends a command.
type Direction uint8

// The directions.
const (
	FromDevice Direction = 1 << iota
	FromServer
	BothWays = FromDevice | FromServer
)

// String returns the direction as an arrow between device and server.
func (d Direction) String() string {
	switch d {
	case FromDevice:
		return "device → server"
	case FromServer:
		return "server → device"
	case BothWays:
		return "device ↔ server"
	}
	return "direction " + strconv.Itoa(int(d))
}

// CommandInfo is a row of the table of commands.
type CommandInfo struct {
	Command Command
	Name    string

	// The constructors of an empty message, by direction; nil if that side never sends the
	// command.
	fromDevice, fromServer func() Message
}

// Direction returns the sides that send the command.
func (c CommandInfo) Direction() Direction {
	var d Direction
	if c.fromDevice != nil {
		d |= FromDevice
	}
	if c.fromServer != nil {
		d |= FromServer
	}
	return d
}

// empty returns the constructor of an empty message of type T.
func empty[T any, M interface {
	*T
	Message
}]() func() Message {
	return func() Message { return M(new(T)) }
}

// commands is the one table of commands. Names in logs and both parsers are
// read from it.
var commands = []CommandInfo{
	{CmdConnect, "connect", empty[Connect](), empty[Presence]()},
	{CmdConnectResponse, "connect response", nil, empty[ConnectResponse]()},
	{CmdFilter, "filter", empty[Filter](), empty[FilterResponse]()},
	{CmdNotification, "notification", empty[DeviceMessage](), empty[Notification]()},
	{CmdAck, "ack", empty[Ack](), empty[DeviceMessageAck]()},
	{CmdKeepalive, "keepalive", empty[Keepalive](), nil},
	{CmdKeepaliveResponse, "keepalive response", nil, empty[KeepaliveResponse]()},
	{CmdNoStorage, "no storage", nil, empty[NoStorage]()},
	{CmdFlush, "flush", empty[Flush](), empty[Flush]()},
	{CmdFlushResponse, "flush response", empty[FlushResponse](), empty[FlushResponse]()},
	{CmdTokenRequest, "token request", empty[TokenRequest](), nil},
	{CmdTokenResponse, "token response", nil, empty[TokenResponse]()},
	{CmdActiveInterval, "active interval", empty[ActiveInterval](), nil},
	{CmdActiveState, "active state", empty[ActiveState](), nil},
	{CmdTransportAck, "transport ack", empty[TransportAck](), nil},
	{CmdKeepaliveAck, "keepalive ack", nil, empty[KeepaliveAck]()},
	{CmdRedirect, "redirect", nil, empty[Redirect]()},
	{CmdTaskControl, "task control", empty[TaskControl](), empty[TaskControl]()},
	{CmdTaskNotification, "task notification", empty[TaskNotification](), empty[TaskNotification]()},
	{CmdTracingAck, "tracing ack", empty[TracingAck](), nil},
	{CmdChannel, "channel", empty[ChannelRequest](), empty[ChannelResponse]()},
	{CmdChannelUpdate, "channel update", nil, empty[ChannelUpdate]()},
	{CmdPresenceTracking, "presence tracking", empty[PresenceTracking](), empty[PresenceTrackingResponse]()},
	{CmdFilterUpdate, "filter update", nil, empty[FilterUpdate]()},
	{CmdCancelDelayedKeepalive, "cancel delayed keepalive", nil, empty[CancelDelayedKeepalive]()},
}

// byCommand is the same table, ready for a look-up by the byte on the wire.
var byCommand = func() (index [256]CommandInfo) {
	for _, c := range commands {
		index[c.Command] = c
	}
	return index
}()

// String returns the name of the command, or its number if it has none.
func (c Command) String() string {
	if name := byCommand[c].Name; name != "" {
		return name
	}
	return "command 0x" + string(appendHex(nil, []byte{byte(c)}))
}
