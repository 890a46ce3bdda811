package controlapi

import "time"

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
