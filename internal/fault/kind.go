package fault

import "slices"

// A Kind is a kind of fault.
type Kind string

// The kinds. The table describes each.
const (
	Respond         Kind = "respond"
	Delay           Kind = "delay"
	NoResponse      Kind = "no-response"
	ResetStream     Kind = "reset-stream"
	ResetConnection Kind = "reset-connection"
	GoAway          Kind = "goaway"
	GoAwayRefuse    Kind = "goaway-refuse"
	LimitStreams    Kind = "limit-streams"
	Mute            Kind = "mute"
	NoPong          Kind = "no-pong"
	Discard         Kind = "discard"
	StayRegistered  Kind = "stay-registered"
	OddIDs          Kind = "odd-ids"

	GoAwayFirst      Kind = "goaway-first"
	SlowAccept       Kind = "slow-accept"
	RefuseConnection Kind = "refuse-connection"
	ShowChain        Kind = "chain"
	BreakHandshake   Kind = "break-handshake"

	RejectLogin Kind = "reject-login"
	Redirect    Kind = "redirect"
	SlowLogin   Kind = "slow-login"
	Drop        Kind = "drop"
	Duplicate   Kind = "duplicate"
	SlowPush    Kind = "slow-push"
	Reorder     Kind = "reorder"
	Disconnect  Kind = "disconnect"
	NoKeepalive Kind = "no-keepalive"
)

// A KindInfo is a row of the table of kinds.
type KindInfo struct {
	Kind  Kind
	Point Point
	// Does says what happens, in one sentence.
	Does string
	// Needs are the required parameters, Takes the optional ones, by their names in
	// JSON.
	Needs, Takes []string
}

// kinds is the one table of kinds. The checks of rules, the command line and
// docs/faults.md read it.
var kinds = []KindInfo{
	{Respond, AtRequest, "Responds to the request with a reason or a status without body, regardless of the checks.", nil, []string{"reason", "status", "since", "sticky", "delay"}},
	{Delay, AtRequest, "Delays the response. The push itself is accepted at once.", []string{"delay"}, nil},
	{NoResponse, AtRequest, "Never answers the request. Its stream stays open.", nil, []string{"deliver"}},
	{ResetStream, AtRequest, "Resets the stream instead of answering.", nil, []string{"code", "deliver"}},
	{ResetConnection, AtRequest, "Ends the connection with a TCP reset instead of responding. Responses sent just before may be lost.", nil, []string{"deliver"}},
	{GoAway, AtRequest, "Sends GOAWAY before the response to the request.", nil, []string{"reason", "text", "code", "lastStream", "twice", "close"}},
	{GoAwayRefuse, AtRequest, "Sends GOAWAY, answers this request, and resets later streams with REFUSED_STREAM.", nil, []string{"reason", "text"}},
	{LimitStreams, AtRequest, "Changes the limit of concurrent streams to the next value of a list.", []string{"streams"}, []string{"overrun"}},
	{Mute, AtRequest, "Sends nothing more on the connection, not even the response to a PING, and keeps it open.", nil, nil},
	{NoPong, AtRequest, "Does not answer any further PING on the connection.", nil, nil},
	{Discard, AtRequest, "Accepts the push and drops it.", nil, nil},
	{StayRegistered, AtRequest, "Accepts a push to an uninstalled app and drops it, instead of answering Unregistered.", nil, nil},
	{OddIDs, AtRequest, "Changes the form of the apns-id in the response, or leaves it out.", []string{"ids"}, nil},

	{GoAwayFirst, AtOpening, "Sends GOAWAY as the first frame, before SETTINGS.", nil, []string{"reason", "text", "code", "lastStream", "twice", "close"}},
	{SlowAccept, AtAccept, "Delays the TLS handshake.", []string{"delay"}, nil},
	{RefuseConnection, AtAccept, "Resets the connection before its TLS handshake.", nil, nil},
	{ShowChain, AtHandshake, "Presents a server certificate that a client must reject.", []string{"chain"}, nil},
	{BreakHandshake, AtHandshake, "Fails the TLS handshake after the ClientHello: with a TCP reset, a ServerHello with TLS 1.0 or with a cipher suite that the client did not offer, or the alert handshake_failure.", []string{"handshake"}, nil},

	{RejectLogin, AtLogin, "Rejects the login with status 2, and with the courier's time if the device may try again.", nil, []string{"text", "retry"}},
	{Redirect, AtLogin, "Redirects the device to another courier, even if it was redirected here.", []string{"host"}, []string{"text"}},
	{SlowLogin, AtLogin, "Delays the response to the login.", []string{"delay"}, nil},
	{Drop, AtDelivery, "Loses the push on its way to the device. It is not sent again.", nil, nil},
	{Duplicate, AtDelivery, "Sends the push more than once, each time with the same id and time.", nil, []string{"copies"}},
	{SlowPush, AtDelivery, "Delays the push and all later pushes to the device.", []string{"delay"}, nil},
	{Reorder, AtDelivery, "Sends the push after the next one, or after a second if there is no next one.", nil, nil},
	{Disconnect, AtDelivery, "Ends the device's connection before the push is sent. The push waits for the next connection.", nil, nil},
	{NoKeepalive, AtKeepalive, "Does not answer the keepalive.", nil, nil},
}

var kindByName = func() map[Kind]*KindInfo {
	m := make(map[Kind]*KindInfo, len(kinds))
	for i := range kinds {
		m[kinds[i].Kind] = &kinds[i]
	}
	return m
}()

// Kinds returns the table of kinds.
func Kinds() []KindInfo { return slices.Clone(kinds) }

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, string(k.Kind))
	}
	return names
}
