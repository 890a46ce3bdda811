package controlapi

import (
	"time"
)

// A CreateSpaceRequest is a request for a new space. Its zero value uses the defaults.
type CreateSpaceRequest struct {
	Team        string   `json:"team,omitempty" maxLength:"64" doc:"Team ID, which is also the name of the space; generated if absent"`
	Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"Bundle IDs of the apps; default com.example.app. Other spaces may use the same ones"`
	Devices     *int     `json:"devices,omitempty" minimum:"0" maximum:"5000" doc:"Number of devices, each with all apps; default 1"`
	Environment string   `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment of the devices; default production"`
	P12Password string   `json:"p12Password,omitempty" doc:"Password for a PKCS#12 file with the certificate; without it there is no such file"`
}

// A Space is a team with its own apps, devices, history, faults and clock.
type Space struct {
	Team        string    `json:"team" doc:"Team ID, which is also the name of the space"`
	Created     time.Time `json:"created" doc:"When it was created"`
	Time        time.Time `json:"time" doc:"Time of its clock"`
	KeyID       string    `json:"keyId,omitempty" doc:"ID of the first authentication key"`
	Topics      []string  `json:"topics" doc:"Bundle IDs of the apps"`
	DeviceCount int       `json:"deviceCount" doc:"Number of devices"`
}

// A CreatedSpace is a new space with its secrets, which are not returned again.
type CreatedSpace struct {
	Space
	Key         string            `json:"key" doc:"Authentication key, the text of a .p8 file"`
	Certificate string            `json:"certificate" doc:"Provider certificate for the first app, with its key, PEM"`
	P12         string            `json:"p12,omitempty" doc:"The certificate and its key as PKCS#12, base64"`
	CA          string            `json:"ca" doc:"Root certificate to trust, PEM"`
	Devices     []Device          `json:"devices" doc:"Devices of the space"`
	Variables   map[string]string `json:"variables" doc:"Environment variables for a program under test"`
}
