package main

import "github.com/apns-sim/apns-sim/internal/courier"

// A frameKey names a command of one side.
type frameKey struct {
	command courier.Command
	from    courier.Direction
}

// frameNotes is the table of what the frames of a handshake are for.
var frameNotes = map[frameKey]string{
	{courier.CmdConnect, courier.FromDevice}:           "The login. The signature over the nonce, which contains the time, proves that the device holds the private key of its certificate.",
	{courier.CmdConnectResponse, courier.FromServer}:   "The answer to the login, with the base token if it is a new one. APNs computes it from the certificate and seals it with a key that only APNs has.",
	{courier.CmdActiveState, courier.FromDevice}:       "Whether the device is in use: APNs may delay pushes to an inactive device. There is no answer.",
	{courier.CmdFilter, courier.FromDevice}:            "The topics the device wants. Each filter replaces the one before. Until the first filter, APNs stores pushes.",
	{courier.CmdNoStorage, courier.FromServer}:         "No pushes are stored for the device.",
	{courier.CmdTokenRequest, courier.FromDevice}:      "An app requests its device token.",
	{courier.CmdTokenResponse, courier.FromServer}:     "The app's device token: sealed like the base token, and for this topic only. The app sends it to its provider, which pushes to /3/device/<device token>.",
	{courier.CmdNotification, courier.FromServer}:      "A push. APNs has opened the device token in the provider's request, and so knows the device and the topic.",
	{courier.CmdAck, courier.FromDevice}:               "The device acknowledges the push, and APNs deletes it; without this it sends the push again after the next login.",
	{courier.CmdKeepalive, courier.FromDevice}:         "Keeps the connection open: routers drop idle connections.",
	{courier.CmdKeepaliveResponse, courier.FromServer}: "The answer to the keepalive.",
	{courier.CmdRedirect, courier.FromServer}:          "Tells the device to connect to another courier.",
	{courier.CmdChannel, courier.FromDevice}:           "The broadcast channels the device subscribes to.",
	{courier.CmdChannel, courier.FromServer}:           "The subscriptions APNs has accepted.",
}

// meanings is the table of what the items of a handshake mean. Their names are those of
// package courier.
var meanings = map[frameKey]map[string]string{
	{courier.CmdConnect, courier.FromDevice}: {
		"token":        "the base token of an earlier login: APNs opens it and compares it with the certificate of this connection",
		"state":        "1 logs in; 2 takes the token offline",
		"flags":        "the kind of device; ignored",
		"interface":    "1 is Wi-Fi, 0 cellular",
		"carrier":      "WiFi, or MCC and MNC of the mobile network",
		"osVersion":    "of the device",
		"osBuild":      "of the device",
		"hardware":     "the model",
		"certificates": "the device certificate from activation",
		"nonce":        "the signed bytes: 17, different in each login",
		"signature":    "proves that the device holds the key of the certificate",
		"version":      "protocol version",
		"redirects":    "how often the device was redirected before this connection",
	},
	{courier.CmdConnectResponse, courier.FromServer}: {
		"status":       "0 accepts; 2 rejects certificate, nonce, signature or token",
		"token":        "the base token of this device",
		"maxMessage":   "the longest message the device may send, in bytes",
		"field5":       "always 2; meaning unknown",
		"capabilities": "further capabilities of the courier; none",
		"clockTime":    "the courier's time, when that in the nonce was wrong",
		"largeMessage": "the longest large message, in bytes",
		"serverTime":   "the courier's clock, in milliseconds since 1970",
	},
	{courier.CmdActiveState, courier.FromDevice}: {
		"state":    "1 is active, 2 inactive",
		"interval": "for how many seconds; 2147483647 means always",
	},
	{courier.CmdFilter, courier.FromDevice}: {
		"token":         "whose filter it is",
		"enabled":       "a topic whose pushes are wanted",
		"ignored":       "a topic whose pushes are not wanted",
		"opportunistic": "a topic whose pushes can wait until the device is awake",
		"paused":        "a topic whose pushes are paused",
		"nonWaking":     "a topic whose pushes must not wake the device",
	},
	{courier.CmdNoStorage, courier.FromServer}: {"token": "the base token for which nothing is stored"},
	{courier.CmdTokenRequest, courier.FromDevice}: {
		"baseToken": "of the device",
		"topic":     "of the app",
		"appID":     "the first bytes of the hash; echoed",
	},
	{courier.CmdTokenResponse, courier.FromServer}: {
		"status": "0 is success",
		"token":  "the device token, to which a provider pushes",
		"topic":  "of the app",
		"appID":  "as in the request",
	},
	{courier.CmdNotification, courier.FromServer}: {
		"token":     "the device token the provider has pushed to",
		"topic":     "apns-topic",
		"payload":   "the provider's body, byte for byte",
		"id":        "echoed in the ack",
		"expiry":    "apns-expiration, in seconds since 1970; 0 is not stored",
		"timestamp": "when APNs accepted it, in nanoseconds; unique",
		"storage":   "0 is live, 1 from storage, 3 the last from storage",
		"priority":  "apns-priority",
		"baseToken": "the device's base token",
		"tracingID": "the provider's apns-id",
		"origin":    "the broadcast channel it comes from",
	},
	{courier.CmdAck, courier.FromDevice}: {
		"status": "0 is delivered",
		"id":     "of the push",
		"token":  "it was sent to",
	},
}
