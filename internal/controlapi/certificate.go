package controlapi

import "time"

// An InspectedCertificate is what a provider certificate says, and whether it is accepted now.
type InspectedCertificate struct {
	Accepted     bool      `json:"accepted" doc:"Whether a connection with this certificate may push"`
	Detail       string    `json:"detail,omitempty" doc:"Why not"`
	CommonName   string    `json:"commonName,omitempty" doc:"Common name of the subject" example:"Apple Push Services: com.example.app"`
	Topic        string    `json:"topic,omitempty" doc:"UID of the subject: the topic of pushes that name none" example:"com.example.app"`
	TeamID       string    `json:"teamId,omitempty" doc:"Organizational unit of the subject: the team" example:"TEAM000001"`
	Issuer       string    `json:"issuer,omitempty" doc:"Who issued it"`
	NotBefore    time.Time `json:"notBefore" doc:"Valid from"`
	NotAfter     time.Time `json:"notAfter" doc:"Valid until"`
	Environments []string  `json:"environments,omitempty" doc:"Environments that it may push to; absent if it is not accepted"`
	Topics       []string  `json:"topics,omitempty" doc:"Topics that it may push to; absent if it is not accepted"`
}
