package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// doctorCommand diagnoses common problems.
type doctorCommand struct {
	remote
}

// Help is what the help says before the flags.
func (doctorCommand) Help() string {
	return "Checks the simulator and this machine and suggests remedies; the exit code is 1 if there is a problem. " +
		"Run it in the environment of the program that has the problem."
}

// A finding is the result of a check.
type finding struct {
	Check  string `json:"check"`
	Good   bool   `json:"good"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
}

// A diagnosis is the state that the checks share. Without a simulator info and roots are empty.
type diagnosis struct {
	*doctorCommand
	info  sim.Info
	roots *x509.CertPool
}

// checks are all checks, in order. Those with running are made only if a
// simulator runs, the others only if none does.
var checks = []struct {
	name    string
	running bool // needs a running simulator
	run     func(*diagnosis, context.Context) []finding
}{
	{"ports", false, (*diagnosis).ports},
	{"failures", true, (*diagnosis).failures},
	{"listeners", true, (*diagnosis).listeners},
	{"key", true, (*diagnosis).key},
	{"certificates", true, (*diagnosis).certificates},
	{"clock", true, (*diagnosis).clock},
	{"trust", true, (*diagnosis).trust},
	{"programs", true, (*diagnosis).programs},
	{"names", true, (*diagnosis).names},
}

// checkTimeout bounds a check.
const checkTimeout = 10 * time.Second

// Run makes all checks.
func (d *doctorCommand) Run(ctx context.Context, c *console) error {
	if err := d.check(); err != nil {
		return usageError{err}
	}
	p := &diagnosis{doctorCommand: d}
	list := []finding{p.reach(ctx)}
	for _, e := range checks {
		if e.running == (p.info.Event != "") {
			limited, cancel := context.WithTimeout(ctx, checkTimeout)
			list = append(list, e.run(p, limited)...)
			cancel()
		}
	}
	err := show(c, d.JSON, list, "CHECK\tRESULT\tFOUND\tREMEDY", func(f *finding) []string {
		return []string{f.Check, map[bool]string{true: "good", false: "WRONG"}[f.Good], f.Found, cmp.Or(f.Remedy, "-")}
	})
	for _, f := range list {
		if !f.Good && err == nil {
			err = errPrinted
		}
	}
	return err
}

func good(check, format string, args ...any) finding {
	return finding{Check: check, Good: true, Found: fmt.Sprintf(format, args...)}
}

func wrong(check, remedy, format string, args ...any) finding {
	return finding{Check: check, Found: oneLine(fmt.Sprintf(format, args...)), Remedy: remedy}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// reach connects to the control API.
func (p *diagnosis) reach(ctx context.Context) finding {
	info, err := p.discover(ctx)
	if err != nil {
		return wrong("control API", "start the simulator with apns-sim serve, or set its address with --control", "%v", err)
	}
	root, err := p.get(ctx, "/v1/ca.pem")
	if err != nil {
		return wrong("control API", "check whether another program listens at "+p.Control, "%v", err)
	}
	p.info, p.roots = info, x509.NewCertPool()
	p.roots.AppendCertsFromPEM(root)
	return good("control API", "version %s at %s, process %d", info.Version, p.Control, info.PID)
}

// ports checks whether a simulator can start with the default addresses, and what uses those that are taken.
func (p *diagnosis) ports(ctx context.Context) (list []finding) {
	for _, listener := range sim.Listeners() {
		if _, _, err := net.SplitHostPort(listener.Address); err != nil {
			continue // off or auto
		}
		ln, err := net.Listen("tcp", listener.Address)
		if err != nil {
			list = append(list, wrong("port for "+listener.Serves, "stop that program, or set another address with --"+listener.Flag+" or --any-port",
				"%v; in use by %s", err, portUser(ctx, listener.Address)))
			continue
		}
		list = append(list, good("port for "+listener.Serves, "%s is free", listener.Address))
		_ = ln.Close() // nothing connected
	}
	return list
}

// portUser describes a program by connecting to it.
func portUser(ctx context.Context, address string) string {
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // Only the certificate is read.
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		defer conn.Close()
		for _, certificate := range conn.(*tls.Conn).ConnectionState().PeerCertificates {
			return "a TLS server with the certificate " + pki.SubjectText(&certificate.Subject)
		}
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && strings.HasPrefix(string(record.RecordHeader[:]), "HTTP/") {
		return "an HTTP server"
	}
	return "a program that does not speak TLS"
}

// listeners connects to each listener as a client does, without ALPN, which none of them requires.
func (p *diagnosis) listeners(ctx context.Context) (list []finding) {
	for _, listener := range []struct{ name, address string }{
		{"provider API", p.info.Provider},
		{"provider API, sandbox", p.info.ProviderSandbox},
		{"channels", p.info.Channels},
		{"courier", p.info.Device},
		{"courier, sandbox", p.info.DeviceSandbox},
	} {
		if listener.address == "" {
			continue
		}
		address := strings.TrimPrefix(listener.address, "https://")
		host, _, _ := net.SplitHostPort(address) // it is the simulator's own
		dialer := tls.Dialer{Config: &tls.Config{RootCAs: p.roots, ServerName: host}}
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			list = append(list, wrong(listener.name, "if the simulator runs in a container or on another machine, publish the port and add the hostname with --name", "%s: %v", address, err))
			continue
		}
		_ = conn.Close() // only the handshake matters
		list = append(list, good(listener.name, "%s accepts TLS connections", address))
	}
	return list
}

// certificates reports certificates that have expired or expire soon.
func (p *diagnosis) certificates(context.Context) []finding {
	if p.info.CAFile == "" {
		return nil
	}
	dir := filepath.Dir(p.info.CAFile)
	if _, err := os.Stat(p.info.CAFile); err != nil {
		return nil // the simulator is on another machine
	}
	list := []finding{}
	for _, what := range keystore.Expiring(dir, time.Now()) {
		found, remedy, _ := strings.Cut(what, "; ")
		list = append(list, wrong("certificates", remedy, "%s", found))
	}
	if len(list) == 0 {
		list = append(list, good("certificates", "none in %s expires within 30 days", dir))
	}
	return list
}

// key checks whether the simulator accepts provider tokens signed with the key that programs use; no push is sent.
func (p *diagnosis) key(ctx context.Context) []finding {
	signing := signingFlags{
		KeyFile: os.Getenv("APNS_SIM_KEY_FILE"), KeyP8: os.Getenv("APNS_SIM_KEY_P8"), Team: cmp.Or(os.Getenv("APNS_SIM_TEAM"), p.info.DefaultTeam.TeamID), KeyID: os.Getenv("APNS_SIM_KEY_ID"),
	}
	const remedy = "use the key files of this simulator: eval \"$(apns-sim env)\""
	key, err := signing.key(p.info.DefaultTeam, func(string) bool { return false }, func() (controlapi.Credentials, error) { return p.credentials(ctx) })
	if err != nil {
		return []finding{wrong("key", remedy, "%v", err)}
	}
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
	if err != nil {
		return []finding{wrong("key", remedy, "%v", err)}
	}
	var seen controlapi.InspectedProviderToken
	order := map[string]string{"authorization": "bearer " + token, "environment": apns.Production.String()}
	if err := p.call(ctx, http.MethodPost, "/v1/provider-tokens/inspect", nil, order, &seen); err != nil {
		return []finding{wrong("key", remedy, "%v", err)}
	}
	// An expired token is a matter of the clock, which is checked next.
	if !seen.Accepted && apns.Reason(seen.Reason) != apns.ExpiredProviderToken {
		return []finding{wrong("key", remedy, "key %s of team %s rejected: %s", key.KeyID, key.TeamID, cmp.Or(seen.Detail, seen.Reason))}
	}
	return []finding{good("key", "key %s of team %s accepted", key.KeyID, key.TeamID)}
}

// clock compares the simulator's time with this machine's.
func (p *diagnosis) clock(ctx context.Context) []finding {
	var face clockFace
	if err := p.call(ctx, http.MethodGet, "/v1/clock", nil, nil, &face); err != nil {
		return []finding{wrong("clock", "", "%v", err)}
	}
	ahead := time.Until(face.Time).Round(time.Second)
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	if ahead.Abs() > time.Minute {
		return []finding{wrong("clock", "provider tokens must be issued within an hour of the simulator's time; use apns-sim reset or apns-sim clock set", "the simulator is %s %s this machine", ahead.Abs(), direction)}
	}
	return []finding{good("clock", "within a minute of this machine's clock")}
}

// trustVariables name a file of root certificates.
var trustVariables = []string{"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}

// trust checks whether the files in trustVariables contain the simulator's root.
func (p *diagnosis) trust(ctx context.Context) (list []finding) {
	const remedy = `eval "$(apns-sim env)" sets the variable`
	root, err := p.get(ctx, "/v1/ca.pem")
	if err != nil {
		return []finding{wrong("trust", "", "%v", err)}
	}
	ours := certificates(root)
	for _, name := range trustVariables {
		path := os.Getenv(name)
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			list = append(list, wrong(name, remedy, "%v", err))
			continue
		}
		found := false
		for _, certificate := range certificates(text) {
			found = found || certificate.Equal(ours[0])
		}
		if !found {
			list = append(list, wrong(name, remedy, "%s does not contain this simulator's root certificate; it may contain that of an earlier one", path))
			continue
		}
		list = append(list, good(name, "%s contains the root certificate", path))
	}
	return list
}

// programs connects with common programs in this environment.
func (p *diagnosis) programs(ctx context.Context) (list []finding) {
	if p.info.Provider == "" {
		return nil
	}
	at, err := url.Parse(p.info.Provider)
	if err != nil {
		return []finding{wrong("programs", "", "%v", err)}
	}
	// curl cannot connect without a request, which is rejected: its record is removed, and so are those of failed
	// handshakes.
	id, probes, place := newID(), p.newProbes(ctx), p.info.EnvVars()
	defer p.forget(ctx, id)
	defer func() { probes.forget(ctx) }()
	address := strings.TrimPrefix(place.Map()["APNS_SIM_PROVIDER"], "https://")
	target := net.JoinHostPort(probes.serverName, at.Port())
	for _, program := range []struct {
		name, trusts string
		cause        string // prefix of the output line with the cause; "" is the last line
		args         []string
	}{
		{"curl", "CURL_CA_BUNDLE", "curl: (", []string{"--silent", "--show-error", "--output", os.DevNull, "--http2", "--header", apns.HeaderID + ": " + id, "--connect-to", target + ":" + address, "https://" + target}},
		{"node", "NODE_EXTRA_CA_CERTS", "", []string{"-e", "require('tls').connect({host:'localhost',port:" + at.Port() + ",servername:'" + probes.serverName + "'},function(){this.end();process.exit(0)}).on('error',e=>{console.error(e.message);process.exit(1)})"}},
		{"python3", "SSL_CERT_FILE", "", []string{"-c", "import socket,ssl;ssl.create_default_context().wrap_socket(socket.create_connection(('localhost'," + at.Port() + "),5),server_hostname='" + probes.serverName + "')"}},
		{"openssl", "SSL_CERT_FILE", "verify error:", []string{"s_client", "-connect", "localhost:" + at.Port(), "-servername", probes.serverName, "-verify_return_error", "-brief"}},
	} {
		path, err := exec.LookPath(program.name)
		if err != nil {
			continue // not installed
		}
		output, err := exec.CommandContext(ctx, path, program.args...).CombinedOutput()
		if err != nil {
			probes.failed++
			list = append(list, wrong(program.name, "set "+program.trusts+`, as eval "$(apns-sim env)" does`, "cannot connect: %s (%v)", causeLine(string(output), program.cause), err))
			continue
		}
		list = append(list, good(program.name, "connects and trusts the root certificate"))
	}
	return list
}

// newID is an apns-id.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// forget removes the record of our own request from the history.
func (p *diagnosis) forget(ctx context.Context, id string) {
	_ = p.call(ctx, http.MethodDelete, "/v1/notifications", url.Values{"apns-id": {id}}, nil, nil) // then it stays in the history
}

// causeLine returns the line of an output that begins with a prefix; without a prefix,
// and if there is none, the last line.
func causeLine(output, prefix string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for _, line := range lines {
		if prefix != "" && strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return lines[len(lines)-1]
}

// lookupTimeout bounds all name lookups together.
const lookupTimeout = 2 * time.Second

// names checks where Apple's hostnames resolve to, for programs with fixed hostnames.
func (p *diagnosis) names(ctx context.Context) (list []finding) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	for _, name := range pki.ServerNames() {
		if !strings.HasPrefix(name, "api") || !strings.HasSuffix(name, ".push.apple.com") {
			continue
		}
		addresses, err := net.DefaultResolver.LookupHost(ctx, name)
		switch {
		case err != nil:
			list = append(list, good(name, "does not resolve; a program with a fixed hostname needs the proxy, or an entry in /etc/hosts"))
		case !isLoopback(addresses[0]):
			list = append(list, good(name, "resolves to %s, which is not this machine; a program with a fixed hostname needs the proxy, or an entry in /etc/hosts", addresses[0]))
		case p.info.Provider443 == "" && strings.HasPrefix(name, "api."):
			list = append(list, wrong(name, "listen there with --listen-443, or let the program use port 2197", "resolves to this machine, where nothing listens on port 443"))
		default:
			list = append(list, good(name, "resolves to this machine"))
		}
	}
	return list
}
