package environ

import (
	"cmp"
	"net/url"
)

// A Variable is something that a program learns from its environment.
type Variable struct {
	Name string
	// Runtime is whose variable it is; "" is ours.
	Runtime string
	// Meaning says in a few words what it has.
	Meaning string
	// Value takes it from a place; "" leaves the variable out.
	Value func(*Place) string
}

// variables is the one table of what exec sets, env prints, and a space is told
// with. Our own have the names of the flags of the verbs that they are for, so
// that those find this simulator, too.
var variables = []Variable{
	{"APNS_SIM_PROVIDER", "", "provider API, production", func(p *Place) string { return named(p.Provider) }},
	{"APNS_SIM_PROVIDER_SANDBOX", "", "provider API, sandbox", func(p *Place) string { return named(p.ProviderSandbox) }},
	{"APNS_SIM_HOST", "", "host of the provider API", func(p *Place) string { return hostOf(named(p.Provider)) }},
	{"APNS_SIM_PORT", "", "port of the provider API, production", func(p *Place) string { return portOf(p.Provider) }},
	{"APNS_SIM_PORT_SANDBOX", "", "port of the provider API, sandbox", func(p *Place) string { return portOf(p.ProviderSandbox) }},
	{"APNS_SIM_CHANNELS", "", "channel management, production", func(p *Place) string { return named(p.Channels) }},
	{"APNS_SIM_CHANNELS_SANDBOX", "", "channel management, sandbox", func(p *Place) string { return named(p.ChannelsSandbox) }},
	{"APNS_SIM_DEVICE", "", "courier, production", func(p *Place) string { return p.Device }},
	{"APNS_SIM_DEVICE_SANDBOX", "", "courier, sandbox", func(p *Place) string { return p.DeviceSandbox }},
	{"APNS_SIM_CONTROL", "", "control API", func(p *Place) string { return p.Control }},
	{"DEVICE_SIM_CONTROL", "", "the same, for device-sim", func(p *Place) string { return p.Control }},
	// Its name in TLS selects the sandbox there as well.
	{"DEVICE_SIM_SERVER", "", "courier, for device-sim in either environment", func(p *Place) string { return p.Device }},
	{"APNS_SIM_CA_FILE", "", "root certificate to trust, PEM", func(p *Place) string { return p.CAFile }},
	{"APNS_SIM_TEAM", "", "team ID", func(p *Place) string { return p.Team }},
	{"APNS_SIM_KEY_ID", "", "key ID", func(p *Place) string { return p.KeyID }},
	{"APNS_SIM_KEY_FILE", "", "authentication key, .p8", func(p *Place) string { return p.KeyFile }},
	{"APNS_SIM_KEY_P8", "", "authentication key, the text of a .p8 file", func(p *Place) string { return p.KeyP8 }},
	{"APNS_SIM_CERTIFICATE_FILE", "", "provider certificate and key, PEM", func(p *Place) string { return p.CertificateFile }},
	{"APNS_SIM_TOPIC", "", "topic", func(p *Place) string { return p.Topic }},
	{"APNS_SIM_TOKEN", "", "device token of the topic on a device inside the simulator", func(p *Place) string { return p.Token }},
	{"APNS_SIM_DEVICE_ID", "", "id of that device", func(p *Place) string { return p.DeviceID }},
	{"APNS_SIM_TOKEN_SANDBOX", "", "device token of the topic on a device in the sandbox", func(p *Place) string { return p.TokenSandbox }},
	{"APNS_SIM_DEVICE_ID_SANDBOX", "", "id of that device", func(p *Place) string { return p.DeviceIDSandbox }},

	{"NODE_EXTRA_CA_CERTS", "node", "trust", func(p *Place) string { return p.CAFile }},
	{"SSL_CERT_FILE", "openssl", "trust: Go, Python, Ruby, .NET, OpenSSL", func(p *Place) string { return p.Bundle }},
	{"REQUESTS_CA_BUNDLE", "python", "trust: requests", func(p *Place) string { return p.Bundle }},
	{"CURL_CA_BUNDLE", "curl", "trust: curl", func(p *Place) string { return p.Bundle }},
	{"JAVA_TOOL_OPTIONS", "java", "trust: Java", javaOptions},
	{"HTTPS_PROXY", "proxy", "CONNECT proxy to Apple's hosts", func(p *Place) string { return p.Proxy }},
	{"https_proxy", "proxy", "the same, as some programs have it", func(p *Place) string { return p.Proxy }},
}

// Variables returns the table of variables.
func Variables() []Variable { return append([]Variable(nil), variables...) }

// javaOptions names the trust store.
func javaOptions(p *Place) string {
	if p.Store == "" {
		return ""
	}
	return "-Djavax.net.ssl.trustStore=" + p.Store + " -Djavax.net.ssl.trustStorePassword=" + p.StorePassword
}

// named writes an address with localhost, which some libraries check in a certificate
// better than an IP address.
func named(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() != "127.0.0.1" {
		return address
	}
	u.Host = "localhost:" + u.Port()
	return u.String()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Hostname()
}

// portOf returns the port of a URL, "" where there is no URL.
func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return ""
	}
	return cmp.Or(u.Port(), "443")
}
