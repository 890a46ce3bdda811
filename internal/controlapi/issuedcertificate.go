package controlapi

import "time"

// A Certificate is a provider certificate that the simulator has issued, without its key.
type Certificate struct {
	Serial       string    `json:"serial" doc:"Serial number, hex" example:"1f2e3d4c5b6a7988"`
	Fingerprint  string    `json:"fingerprint" doc:"SHA-256 of the certificate, hex" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Team         string    `json:"team" doc:"Team ID" example:"SIMTEAM001"`
	Topic        string    `json:"topic" doc:"UID of the subject: the topic of pushes that name none" example:"com.example.demo"`
	CommonName   string    `json:"commonName" doc:"Common name of the subject" example:"Apple Push Services: com.example.demo"`
	Environments []string  `json:"environments" doc:"Environments that it is for" example:"production,sandbox"`
	NotBefore    time.Time `json:"notBefore" doc:"Valid from"`
	NotAfter     time.Time `json:"notAfter" doc:"Valid until"`
	Revoked      bool      `json:"revoked" doc:"Whether it was revoked: the TLS handshake of a connection with it fails"`
}
