package envvars

// Values are what the variables are made from: a simulator as a program near it should see
// it. An empty field has no variable.
type Values struct {
	// The provider APIs and channel management are URLs; devices connect to
	// host:port.
	Provider, ProviderSandbox string
	Channels, ChannelsSandbox string
	Device, DeviceSandbox     string
	// Control is the URL of the control API, ControlToken the bearer token that it
	// demands, if it does.
	Control, ControlToken string
	// Proxy is the URL of the proxy, if programs are to use it.
	Proxy string

	// CAFile has the root certificate, PEM. Bundle has it beside the roots of the
	// machine; see [WriteBundle]. Store is the same as PKCS#12 under StorePassword,
	// for Java.
	CAFile, Bundle string
	// Joined are files that have the root beside what the file of a variable has, by
	// the name of the variable; see [Values.JoinRoots].
	Joined               map[string]string
	Store, StorePassword string

	// Team has a key, as a file or as the text of one, and a provider certificate
	// for Topic: as PEM, as PKCS#12 under CertificatePassword, and another one with an
	// RSA key, PEM.
	Team, KeyID                         string
	KeyFile, KeyP8                      string
	CertificateFile, CertificateRSAFile string
	CertificateP12, CertificatePassword string
	// CertificateDir has such a certificate for each topic, as TOPIC.pem and TOPIC.p12.
	CertificateDir string
	Topic          string
	// Token is that of Topic on a device inside the simulator, DeviceID that
	// device; there may be another one in the sandbox. See [Values.AddDevice].
	Token, DeviceID               string
	TokenSandbox, DeviceIDSandbox string

	// Inherited returns what a variable has in the program's environment otherwise,
	// such as [os.Getenv]. Nil says that nobody knows; variables to which something
	// is added, in place of setting them, are left out then.
	Inherited func(name string) string
}

// AddDevice takes a device, by its environment's name, id and token of Topic, for
// that of the program, unless there is one of its environment already.
func (p *Values) AddDevice(environment, id, token string) {
	ownID, ownToken := &p.DeviceID, &p.Token
	if environment == "sandbox" {
		ownID, ownToken = &p.DeviceIDSandbox, &p.TokenSandbox
	}
	if *ownToken == "" && token != "" {
		*ownID, *ownToken = id, token
	}
}

// Map returns the variables that have a value.
func (p *Values) Map() map[string]string {
	m := make(map[string]string, len(variables))
	for _, v := range variables {
		if value := v.Value(p); value != "" {
			m[v.Name] = value
		}
	}
	return m
}

// List returns the variables that have a value as NAME=VALUE, in the order of the
// table.
func (p *Values) List() (list []string) {
	for _, v := range variables {
		if value := v.Value(p); value != "" {
			list = append(list, v.Name+"="+value)
		}
	}
	return list
}
