package apns

import (
	"fmt"
	"strings"
)

// An Environment is one of the two separate services of APNs. Tokens, keys and
// certificates of one mean nothing in the other.
type Environment uint8

const (
	// Production is api.push.apple.com.
	Production Environment = iota
	// Sandbox is api.sandbox.push.apple.com, which Apple also
	// calls the development environment.
	Sandbox
)

// Environments returns both environments, production first.
func Environments() []Environment { return []Environment{Production, Sandbox} }

// String returns "production" or "sandbox".
func (e Environment) String() string {
	switch e {
	case Production:
		return "production"
	case Sandbox:
		return "sandbox"
	}
	return fmt.Sprintf("Environment(%d)", uint8(e))
}

// ParseEnvironment reads an environment's name. It accepts Apple's other word
// for the sandbox, "development".
func ParseEnvironment(s string) (Environment, error) {
	switch s {
	case "production":
		return Production, nil
	case "sandbox", "development":
		return Sandbox, nil
	}
	return 0, fmt.Errorf("%q is no environment; use production or sandbox", s)
}

// MarshalText writes the environment's name.
func (e Environment) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the environment's name.
func (e *Environment) UnmarshalText(text []byte) error {
	parsed, err := ParseEnvironment(string(text))
	if err != nil {
		return err
	}
	*e = parsed
	return nil
}

// hosts says which environment Apple's own host names belong to.
// "Establishing a connection to APNs"; the api.development name is older and
// still answers (observed: uniqush-push live probe).
var hosts = map[string]Environment{
	"api.push.apple.com":                          Production,
	"api-broadcast.push.apple.com":                Production,
	"api-manage-broadcast.push.apple.com":         Production,
	"api.sandbox.push.apple.com":                  Sandbox,
	"api.development.push.apple.com":              Sandbox,
	"api-broadcast.sandbox.push.apple.com":        Sandbox,
	"api-manage-broadcast.sandbox.push.apple.com": Sandbox,
}

// HostEnvironment tells which environment one of Apple's provider host names
// (without port, lower case) selects, and whether the name is one of them.
func HostEnvironment(host string) (Environment, bool) {
	e, ok := hosts[host]
	return e, ok
}

// courierHosts are the names by which devices verify the courier of an environment.
// They dial a name with a number before it, such as 7-courier.push.apple.com
// (observed: apsd).
var courierHosts = map[Environment]string{
	Production: "courier.push.apple.com",
	Sandbox:    "courier.sandbox.push.apple.com",
}

// CourierHost returns the name by which devices verify the courier of an environment.
func CourierHost(e Environment) string { return courierHosts[e] }

// CourierEnvironment returns the environment of one of Apple's courier host names
// (without port, lower case), with or without a number, and whether the name is one.
func CourierEnvironment(host string) (Environment, bool) {
	for e, name := range courierHosts {
		if host == name || strings.HasSuffix(host, "-"+name) {
			return e, true
		}
	}
	return 0, false
}
