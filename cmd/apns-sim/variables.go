package main

import (
	"cmp"
	"net/url"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// A place is a simulator as a program near it should see it.
type place struct {
	info  sim.Info
	trust trustFiles
	// token is of the default team's app on a device inside the simulator; "" if
	// there is none.
	token string
	proxy string // "" if programs are not to use it
}

// A variable is something that a program learns from its environment.
type variable struct {
	name string
	// runtime is whose variable it is; "" is ours.
	runtime string
	meaning string
	value   func(*place) string // "" leaves the variable out
}

// variables is the one table of what exec sets and env prints. Our own have the names
// of the flags of the verbs that they are for, so that those find this simulator, too.
var variables = []variable{
	{"APNS_SIM_PROVIDER", "", "provider API, production", func(p *place) string { return named(p.info.Provider) }},
	{"APNS_SIM_PROVIDER_SANDBOX", "", "provider API, sandbox", func(p *place) string { return named(p.info.ProviderSandbox) }},
	{"APNS_SIM_HOST", "", "host of the provider API", func(p *place) string { return hostOf(named(p.info.Provider)) }},
	{"APNS_SIM_PORT", "", "port of the provider API, production", func(p *place) string { return portOf(p.info.Provider) }},
	{"APNS_SIM_PORT_SANDBOX", "", "port of the provider API, sandbox", func(p *place) string { return portOf(p.info.ProviderSandbox) }},
	{"APNS_SIM_CHANNELS", "", "channel management, production", func(p *place) string { return named(p.info.Channels) }},
	{"APNS_SIM_CHANNELS_SANDBOX", "", "channel management, sandbox", func(p *place) string { return named(p.info.ChannelsSandbox) }},
	{"APNS_SIM_DEVICE", "", "courier, production", func(p *place) string { return p.info.Device }},
	{"APNS_SIM_DEVICE_SANDBOX", "", "courier, sandbox", func(p *place) string { return p.info.DeviceSandbox }},
	{"APNS_SIM_CONTROL", "", "control API", func(p *place) string { return p.info.Control }},
	{"DEVICE_SIM_CONTROL", "", "the same, for device-sim", func(p *place) string { return p.info.Control }},
	// Its name in TLS selects the sandbox there as well.
	{"DEVICE_SIM_SERVER", "", "courier, for device-sim in either environment", func(p *place) string { return p.info.Device }},
	{"APNS_SIM_CA_FILE", "", "root certificate to trust, PEM", func(p *place) string { return p.info.CAFile }},
	{"APNS_SIM_TEAM", "", "team ID", func(p *place) string { return p.info.Demo.TeamID }},
	{"APNS_SIM_KEY_ID", "", "key ID", func(p *place) string { return p.info.Demo.KeyID }},
	{"APNS_SIM_KEY_FILE", "", "authentication key, .p8", func(p *place) string { return p.info.Demo.KeyFile }},
	{"APNS_SIM_CERTIFICATE_FILE", "", "provider certificate and key, PEM", func(p *place) string { return p.info.Demo.CertificateFile }},
	{"APNS_SIM_TOPIC", "", "topic", func(p *place) string { return p.info.Demo.Topic }},
	{"APNS_SIM_TOKEN", "", "device token of the topic on a device inside the simulator", func(p *place) string { return p.token }},

	{"NODE_EXTRA_CA_CERTS", "node", "trust", func(p *place) string { return p.info.CAFile }},
	{"SSL_CERT_FILE", "openssl", "trust: Go, Python, Ruby, .NET, OpenSSL", func(p *place) string { return p.trust.bundle }},
	{"REQUESTS_CA_BUNDLE", "python", "trust: requests", func(p *place) string { return p.trust.bundle }},
	{"CURL_CA_BUNDLE", "curl", "trust: curl", func(p *place) string { return p.trust.bundle }},
	{"JAVA_TOOL_OPTIONS", "java", "trust: Java", javaOptions},
	{"HTTPS_PROXY", "proxy", "CONNECT proxy to Apple's hosts", func(p *place) string { return p.proxy }},
	{"https_proxy", "proxy", "the same, as some programs have it", func(p *place) string { return p.proxy }},
}

// javaOptions names the trust store.
func javaOptions(p *place) string {
	if p.trust.store == "" {
		return ""
	}
	return "-Djavax.net.ssl.trustStore=" + p.trust.store + " -Djavax.net.ssl.trustStorePassword=" + storePassword
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

func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cmp.Or(u.Port(), "443")
}

// environment returns the variables that have a value, as NAME=VALUE.
func (p *place) environment() (list []string) {
	for _, v := range variables {
		if value := v.value(p); value != "" {
			list = append(list, v.name+"="+value)
		}
	}
	return list
}
