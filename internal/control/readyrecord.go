package control

import "github.com/danielgtaylor/huma/v2"

// readyFields describe the ready record, which is made where the simulator is. Its members
// may be absent: a listener may be off, and files may not have been asked for.
var readyFields = []struct{ name, description, example string }{
	{"event", "ready", "ready"},
	{"version", "Version of the simulator", "v1.0.0"},
	{"profile", "Preset of settings, as given with --profile", "faithful"},
	{"provider", "Provider API, production", "https://127.0.0.1:2197"},
	{"provider443", "Provider API, production, on port 443", "https://127.0.0.1:443"},
	{"providerSandbox", "Provider API, sandbox", "https://127.0.0.1:2198"},
	{"device", "Courier for devices, production", "127.0.0.1:5223"},
	{"deviceSandbox", "Courier for devices, sandbox", "127.0.0.1:5224"},
	{"channels", "Broadcast channel management, production", "https://127.0.0.1:2196"},
	{"channelsSandbox", "Broadcast channel management, sandbox", "https://127.0.0.1:2195"},
	{"control", "This API", "http://127.0.0.1:8197"},
	{"proxy", "HTTP proxy that routes Apple's host names to the simulator", "http://127.0.0.1:8198"},
	{"controlTokenFile", "File with the token of this API", "/certs/control.token"},
	{"caFile", "File with the root certificate", "/certs/ca.pem"},
}

// defaultTeamFields describe the default team in the ready record.
var defaultTeamFields = []struct{ name, description, example string }{
	{"teamId", "Team ID", "SIMTEAM001"},
	{"keyId", "ID of its authentication key", "SIMKEY0001"},
	{"topic", "Bundle ID of its app", "com.example.demo"},
	{"keyFile", "File with the key, .p8", "/certs/AuthKey_SIMKEY0001.p8"},
	{"certificateFile", "File with a provider certificate for the topic and its key, PEM", "/certs/provider.pem"},
}

// readyRecord is the schema of the ready record.
func readyRecord() *huma.Schema {
	strings := func(fields []struct{ name, description, example string }) *huma.Schema {
		s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
		for _, f := range fields {
			s.Properties[f.name] = &huma.Schema{Type: huma.TypeString, Description: f.description, Examples: []any{f.example}}
		}
		return s
	}
	record := strings(readyFields)
	record.Properties["pid"] = &huma.Schema{Type: huma.TypeInteger, Description: "Process ID", Examples: []any{4711}}
	record.Properties["defaultTeam"] = strings(defaultTeamFields)
	record.Properties["defaultTeam"].Description = "The default team"
	return record
}
