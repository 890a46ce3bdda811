package main

import "github.com/apns-sim/apns-sim/internal/courier"

// A frameKey names a command of one side.
type frameKey struct {
	command courier.Command
	from    courier.Direction
}

// frameNotes is the table of what the frames of a handshake are for.
var frameNotes = map[frameKey]string{
	{courier.CmdConnect, courier.FromDevice}:           "The login. Is this really the device? Only the holder of the key in the certificate can sign the nonce, and only now.",
	{courier.CmdConnectResponse, courier.FromServer}:   "The verdict, and the base token if it is a new one. APNs has made it from the certificate and sealed it with a key that only APNs has.",
	{courier.CmdActiveState, courier.FromDevice}:       "Whether the device is in use: what can wait may be held back from one that is not. There is no answer.",
	{courier.CmdFilter, courier.FromDevice}:            "Which topics the device wants. Each filter replaces the one before. Until it came, APNs could only store.",
	{courier.CmdNoStorage, courier.FromServer}:         "Nothing was waiting for the device.",
	{courier.CmdTokenRequest, courier.FromDevice}:      "An app wants an address of its own on this device.",
	{courier.CmdTokenResponse, courier.FromServer}:     "The app's token: sealed like the base token, and for this topic alone. The app hands it to its provider, which pushes to /3/device/<token>.",
	{courier.CmdNotification, courier.FromServer}:      "A push. APNs has opened the provider's token, and so knows the device and the topic.",
	{courier.CmdAck, courier.FromDevice}:               "The device has it. APNs forgets the push; without this it would send it again after the next login.",
	{courier.CmdKeepalive, courier.FromDevice}:         "Is anybody there? Routers forget a silent connection.",
	{courier.CmdKeepaliveResponse, courier.FromServer}: "Yes.",
	{courier.CmdRedirect, courier.FromServer}:          "The device is to connect to another courier.",
	{courier.CmdChannel, courier.FromDevice}:           "Which broadcast channels the device follows.",
	{courier.CmdChannel, courier.FromServer}:           "Which of them APNs has accepted.",
}

// meanings is the table of what the items of a handshake mean. Their names are those of
// package courier.
var meanings = map[frameKey]map[string]string{
	{courier.CmdConnect, courier.FromDevice}: {
		"token":        "the base token from before: APNs opens it and compares it with the certificate of this connection",
		"state":        "1 logs in; 2 would say that the token leaves",
		"flags":        "what kind of device it is; of no consequence",
		"interface":    "1 is Wi-Fi, 0 cellular",
		"carrier":      "WiFi, or the number of the mobile network",
		"osVersion":    "of the device",
		"osBuild":      "of the device",
		"hardware":     "the model",
		"certificates": "the device certificate from activation",
		"nonce":        "what is signed: 17 bytes, never twice the same",
		"signature":    "the proof that the device holds the key of the certificate",
		"version":      "of the protocol",
		"redirects":    "how often the device was sent elsewhere before it came here",
	},
	{courier.CmdConnectResponse, courier.FromServer}: {
		"status":       "0 accepts; 2 refuses certificate, nonce, signature or token",
		"token":        "the base token: the address of this device",
		"maxMessage":   "the longest message the device may send, in bytes",
		"field5":       "always 2; nobody knows why",
		"capabilities": "what else the courier can do; none",
		"clockTime":    "the nonce had the wrong time: this is the right one",
		"largeMessage": "the longest large message, in bytes",
		"serverTime":   "the courier's clock, in milliseconds since 1970",
	},
	{courier.CmdActiveState, courier.FromDevice}: {
		"state":    "1 is active, 2 inactive",
		"interval": "for how many seconds; 2147483647 is for ever",
	},
	{courier.CmdFilter, courier.FromDevice}: {
		"token":         "whose filter it is",
		"enabled":       "a topic whose pushes are wanted",
		"ignored":       "a topic whose pushes are not",
		"opportunistic": "a topic whose pushes can wait until the device is awake",
		"paused":        "a topic whose pushes are to wait",
		"nonWaking":     "a topic whose pushes must not wake the device",
	},
	{courier.CmdNoStorage, courier.FromServer}: {"token": "for which nothing is stored"},
	{courier.CmdTokenRequest, courier.FromDevice}: {
		"baseToken": "of the device",
		"topic":     "of the app",
		"appID":     "the beginning of the hash again; it comes back",
	},
	{courier.CmdTokenResponse, courier.FromServer}: {
		"status": "0 is a token",
		"token":  "what a provider pushes to",
		"topic":  "of the app",
		"appID":  "as it was asked",
	},
	{courier.CmdNotification, courier.FromServer}: {
		"token":     "the one the provider has pushed to",
		"topic":     "apns-topic",
		"payload":   "the provider's body, byte for byte",
		"id":        "comes back in the ack",
		"expiry":    "apns-expiration, in seconds since 1970; 0 is now or never",
		"timestamp": "when APNs took it, in nanoseconds; no two are the same",
		"storage":   "0 comes live, 1 from storage, 3 is the last from there",
		"priority":  "apns-priority",
		"baseToken": "the device's own",
		"tracingID": "the provider's apns-id",
		"origin":    "the broadcast channel it comes from",
	},
	{courier.CmdAck, courier.FromDevice}: {
		"status": "0 is delivered",
		"id":     "of the push",
		"token":  "it was sent to",
	},
}
