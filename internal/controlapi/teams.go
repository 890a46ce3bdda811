package controlapi

// Credentials are what a provider of the default team pushes with.
type Credentials struct {
	Team        string `json:"team" doc:"Team ID"`
	KeyID       string `json:"keyId" doc:"Key ID"`
	Key         string `json:"key" doc:"Authentication key, the text of a .p8 file"`
	Topic       string `json:"topic" doc:"Bundle ID of the app that the certificate is for"`
	Certificate string `json:"certificate" doc:"Provider certificate with its key, PEM"`
}

// A Team is a team of developers, as in a developer account of Apple.
type Team struct {
	Team     string   `json:"team" doc:"Team ID"`
	HasSpace bool     `json:"space" doc:"Whether it has its own space"`
	Apps     []string `json:"apps" doc:"Bundle IDs of the apps"`
	Keys     []Key    `json:"keys" doc:"Authentication keys"`

	Suspended bool `json:"suspended,omitempty" doc:"Whether its pushes are answered Forbidden"`
}

// A Key is an authentication key.
type Key struct {
	ID           string   `json:"keyId" doc:"Key ID, the kid of a provider token"`
	Environments []string `json:"environments,omitempty" doc:"Environments it is restricted to; absent for both"`
	Topics       []string `json:"topics,omitempty" doc:"Topics it is restricted to; absent for all topics of the team"`
	P8           string   `json:"key,omitempty" doc:"Text of the .p8 file; only in the response that creates the key"`
}

// An InspectedProviderToken is what would become of a provider token now.
type InspectedProviderToken struct {
	Environment string `json:"environment" doc:"Environment of the check: production or sandbox"`
	Accepted    bool   `json:"accepted" doc:"Whether the first push of a connection with this token is accepted"`
	Signature   string `json:"signature" enum:"good,bad,unchecked" doc:"Result of the signature check; unchecked if the key is unknown"`
	Reason      string `json:"reason,omitempty" doc:"Reason of the rejection"`
	Detail      string `json:"detail,omitempty" doc:"Explanation"`
}
