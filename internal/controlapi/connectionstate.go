package controlapi

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A TLSState is what was agreed in the TLS handshake of a connection.
type TLSState struct {
	Version    string `json:"version" doc:"The version of TLS" example:"TLS 1.3"`
	Cipher     string `json:"cipher" doc:"The cipher suite" example:"TLS_AES_128_GCM_SHA256"`
	ALPN       string `json:"alpn,omitempty" doc:"The protocol that was agreed by ALPN; absent if none was" example:"h2"`
	ServerName string `json:"serverName,omitempty" doc:"The name that the client asked for (SNI); absent if it named none" example:"api.push.apple.com"`
}

// An HTTP2State is the state of HTTP/2 on a connection.
type HTTP2State struct {
	OpenStreams   int     `json:"openStreams" doc:"How many streams are open" example:"12"`
	HighestStream uint32  `json:"highestStream" doc:"The highest stream that the client has opened; 0 before the first" example:"4711"`
	StreamLimit   uint32  `json:"streamLimit" doc:"SETTINGS_MAX_CONCURRENT_STREAMS, as the client was told" example:"1000"`
	PeerWindow    int64   `json:"peerWindow" doc:"SETTINGS_INITIAL_WINDOW_SIZE of the client" example:"65535"`
	PeerMaxFrame  uint32  `json:"peerMaxFrame" doc:"SETTINGS_MAX_FRAME_SIZE of the client" example:"16384"`
	GoAway        *uint32 `json:"goAway,omitempty" doc:"The last stream of the latest GOAWAY that was sent; absent if none was" example:"4711"`
}

// A DeviceCertificate is the certificate by which a device has proven its identity.
type DeviceCertificate struct {
	Serial    string    `json:"serial" doc:"Serial number, hex" example:"1f2e3d4c5b6a7988"`
	Issuer    string    `json:"issuer" doc:"Common name of the authority that issued it"`
	NotAfter  time.Time `json:"notAfter" doc:"Valid until"`
	Presented string    `json:"presented" enum:"tls,connect" doc:"Where it was presented: in the TLS handshake, or in Connect with a signed nonce" example:"connect"`
}

// A Connection is an open connection of a provider or a device.
type Connection struct {
	ID          uint64        `json:"id,omitempty" doc:"Number of a provider's connection; absent for a device's connection, which is identified by its device"`
	Kind        string        `json:"kind" doc:"provider, channels or device"`
	Remote      string        `json:"remote" doc:"Address of the client"`
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent while unknown"`
	Space       string        `json:"space,omitempty" doc:"Team of the connection; absent while unknown"`
	Certificate string        `json:"certificate,omitempty" doc:"Topic of the provider certificate"`
	Device      apns.DeviceID `json:"device,omitzero" doc:"Device of a device's connection"`
	Since       time.Time     `json:"since" doc:"When it was opened"`
	Requests    int64         `json:"requests,omitempty" doc:"Number of requests on a provider's connection"`
	TLS         *TLSState     `json:"tls,omitempty" doc:"TLS of the connection"`
	HTTP2       *HTTP2State   `json:"http2,omitempty" doc:"HTTP/2 of a provider's connection"`

	DeviceCertificate *DeviceCertificate `json:"deviceCertificate,omitempty" doc:"Certificate of the device of a device's connection"`
}
