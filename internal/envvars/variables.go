package envvars

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// A Variable is something that a program learns from its environment.
type Variable struct {
	Name string
	// Runtime is whose variable it is; "" is ours.
	Runtime string
	// Meaning says in a few words what it has.
	Meaning string
	// Value takes it from a place; "" leaves the variable out.
	Value func(*Values) string
}

// The variables that name one file of roots and can be joined with the simulator's;
// SSL_CERT_FILE is what the bundle begins with.
const (
	nodeRoots     = "NODE_EXTRA_CA_CERTS"
	requestsRoots = "REQUESTS_CA_BUNDLE"
	curlRoots     = "CURL_CA_BUNDLE"
)

// variables is the one table of what exec sets, env prints, and a space is told
// with. Our own have the names of the flags of the commands that they are for, so
// that those find this simulator, too.
var variables = []Variable{
	{"APNS_SIM_PROVIDER", "", "provider API, production", func(p *Values) string { return named(p.Provider) }},
	{"APNS_SIM_PROVIDER_SANDBOX", "", "provider API, sandbox", func(p *Values) string { return named(p.ProviderSandbox) }},
	{"APNS_SIM_HOST", "", "host of the provider API", func(p *Values) string { return hostOf(named(p.Provider)) }},
	{"APNS_SIM_PORT", "", "port of the provider API, production", func(p *Values) string { return portOf(p.Provider) }},
	{"APNS_SIM_PORT_SANDBOX", "", "port of the provider API, sandbox", func(p *Values) string { return portOf(p.ProviderSandbox) }},
	{"APNS_SIM_CHANNELS", "", "channel management, production", func(p *Values) string { return named(p.Channels) }},
	{"APNS_SIM_CHANNELS_SANDBOX", "", "channel management, sandbox", func(p *Values) string { return named(p.ChannelsSandbox) }},
	{"APNS_SIM_DEVICE", "", "courier, production", func(p *Values) string { return p.Device }},
	{"APNS_SIM_DEVICE_SANDBOX", "", "courier, sandbox", func(p *Values) string { return p.DeviceSandbox }},
	{"APNS_SIM_CONTROL", "", "control API", func(p *Values) string { return p.Control }},
	{"APNS_SIM_CONTROL_TOKEN", "", "bearer token for the control API, if it requires one", func(p *Values) string { return p.ControlToken }},
	{"DEVICE_SIM_CONTROL", "", "control API, for device-sim", func(p *Values) string { return p.Control }},
	// Its name in TLS selects the sandbox there as well.
	{"DEVICE_SIM_SERVER", "", "courier, for device-sim in either environment", func(p *Values) string { return p.Device }},
	{"APNS_SIM_CA_FILE", "", "root certificate to trust, PEM", func(p *Values) string { return p.CAFile }},
	{"APNS_SIM_TEAM", "", "team ID", func(p *Values) string { return p.Team }},
	{"APNS_SIM_KEY_ID", "", "key ID", func(p *Values) string { return p.KeyID }},
	{"APNS_SIM_KEY_FILE", "", "authentication key, path of the .p8 file", func(p *Values) string { return p.KeyFile }},
	{"APNS_SIM_KEY_P8", "", "authentication key, contents of the .p8 file", func(p *Values) string { return p.KeyP8 }},
	{"APNS_SIM_CERTIFICATE_FILE", "", "provider certificate and key, PEM file", func(p *Values) string { return p.CertificateFile }},
	{"APNS_SIM_CERTIFICATE_P12", "", "the same, PKCS#12 file", func(p *Values) string { return p.CertificateP12 }},
	{"APNS_SIM_CERTIFICATE_PASSWORD", "", "password of the PKCS#12 file", func(p *Values) string { return p.CertificatePassword }},
	{"APNS_SIM_CERTIFICATE_RSA_FILE", "", "provider certificate with an RSA key, PEM file; set by exec only", func(p *Values) string { return p.CertificateRSAFile }},
	{"APNS_SIM_CERTIFICATE_DIR", "", "folder with a provider certificate for each topic, TOPIC.pem and TOPIC.p12, with the same password; set by exec only", func(p *Values) string { return p.CertificateDir }},
	{"APNS_SIM_TOPIC", "", "topic", func(p *Values) string { return p.Topic }},
	{"APNS_SIM_TOKEN", "", "device token of a virtual device, for the topic", func(p *Values) string { return p.Token }},
	{"APNS_SIM_DEVICE_ID", "", "id of that device", func(p *Values) string { return p.DeviceID }},
	{"APNS_SIM_TOKEN_SANDBOX", "", "device token of a virtual device in the sandbox, for the topic", func(p *Values) string { return p.TokenSandbox }},
	{"APNS_SIM_DEVICE_ID_SANDBOX", "", "id of that device", func(p *Values) string { return p.DeviceIDSandbox }},

	{nodeRoots, "node", "trust: Node; added to the roots already set", func(p *Values) string { return cmp.Or(p.Joined[nodeRoots], p.CAFile) }},
	{"SSL_CERT_FILE", "openssl", "trust: Go, Python, Ruby, .NET, OpenSSL; added to the roots already set", func(p *Values) string { return p.Bundle }},
	{requestsRoots, "python", "trust: requests; added to the roots already set", func(p *Values) string { return cmp.Or(p.Joined[requestsRoots], p.Bundle) }},
	{curlRoots, "curl", "trust: curl; added to the roots already set", func(p *Values) string { return cmp.Or(p.Joined[curlRoots], p.Bundle) }},
	{"JAVA_TOOL_OPTIONS", "java", "trust and proxy: Java; added to the options already set", javaOptions},
	{"HTTPS_PROXY", "proxy", "proxy that routes Apple's hostnames to the simulator", func(p *Values) string { return p.Proxy }},
	{"https_proxy", "proxy", "the same, as some programs spell it", func(p *Values) string { return p.Proxy }},
	{"HTTP_PROXY", "proxy", "the same proxy for http:// URLs, such as that of the bag", func(p *Values) string { return p.Proxy }},
	{"http_proxy", "proxy", "the same, as some programs spell it", func(p *Values) string { return p.Proxy }},
	{"NO_PROXY", "proxy", "hosts to reach without a proxy: the simulator's, added to those already set", noProxy},
	{"no_proxy", "proxy", "the same, as some programs spell it", noProxy},
}

// Variables returns the table of variables.
func Variables() []Variable { return append([]Variable(nil), variables...) }

// javaOptions names the trust store and the proxy, which Java does not take from
// other variables, behind the options that are there. Of two values of a property the
// last one holds.
func javaOptions(p *Values) string {
	var ours []string
	if p.Store != "" {
		ours = append(ours, javaOption("javax.net.ssl.trustStore", p.Store), javaOption("javax.net.ssl.trustStorePassword", p.StorePassword))
	}
	if p.Proxy != "" {
		for _, scheme := range []string{"https", "http"} {
			ours = append(ours, javaOption(scheme+".proxyHost", hostOf(p.Proxy)), javaOption(scheme+".proxyPort", portOf(p.Proxy)))
		}
		if direct := javaDirect(noProxy(p)); direct != "" {
			ours = append(ours, javaOption("http.nonProxyHosts", direct))
		}
	}
	if len(ours) == 0 || p.Inherited == nil {
		return strings.Join(ours, " ")
	}
	options, own := strings.Join(ours, " "), p.Inherited("JAVA_TOOL_OPTIONS")
	if own == "" || strings.HasSuffix(own, options) { // it was us
		return cmp.Or(own, options)
	}
	return own + " " + options
}

// javaDirect writes the hosts of NO_PROXY as Java has them, for http and https alike:
// "Java Networking and Proxies", 2.1.
func javaDirect(hosts string) string {
	var list []string
	for host := range strings.SplitSeq(hosts, ",") {
		switch {
		case strings.HasPrefix(host, "."):
			host = "*" + host
		case strings.Contains(host, ":"):
			host = "[" + host + "]"
		}
		list = append(list, host)
	}
	return strings.Join(list, "|")
}

// coversApple reports whether an entry of NO_PROXY exempts hosts of Apple's that the
// simulator stands for.
func coversApple(entry string) bool {
	host := strings.TrimLeft(strings.ToLower(entry), "*.")
	within := func(domain string) bool { return strings.HasSuffix(domain, "."+host) }
	return host == "" || pki.IsApples(host) || slices.ContainsFunc(pki.AppleDomains(), within)
}

// javaOption writes a property as the JVM reads it, which ends an option at a space
// that is not in quotes.
func javaOption(name, value string) string {
	option := "-D" + name + "=" + value
	if strings.ContainsAny(option, " \t") {
		return `"` + option + `"`
	}
	return option
}

// noProxy adds the simulator's hosts to those that need no proxy: curl and many
// libraries would send even what is for localhost through one.
func noProxy(p *Values) string {
	if p.Inherited == nil {
		return ""
	}
	hosts := strings.FieldsFunc(cmp.Or(p.Inherited("NO_PROXY"), p.Inherited("no_proxy")), func(r rune) bool { return r == ',' || r == ' ' })
	if p.Proxy != "" { // what is for Apple goes there; else it would go to Apple
		hosts = slices.DeleteFunc(hosts, coversApple)
	} else if slices.Contains(hosts, "*") {
		return "*"
	}
	ours := []string{"localhost", "127.0.0.1", "::1"}
	for _, address := range []string{p.Provider, p.ProviderSandbox, p.Channels, p.ChannelsSandbox, p.Control} {
		ours = append(ours, hostOf(address))
	}
	for _, host := range ours {
		if host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return strings.Join(hosts, ",")
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
