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

// doctorCommand looks for what commonly goes wrong.
type doctorCommand struct {
	remote
}

// Help is what the help says before the flags.
func (doctorCommand) Help() string {
	return "Looks at the simulator and at this machine, says what is wrong and what to do about it, and ends with 1 if there is anything. " +
		"Run it in the environment of the program that has the trouble."
}

// A finding is what a check has found.
type finding struct {
	Check  string `json:"check"`
	Good   bool   `json:"good"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
}

// A patient is what the checks look at. Without a simulator info and roots are empty.
type patient struct {
	*doctorCommand
	info  sim.Info
	roots *x509.CertPool
}

// examinations is the one list of checks. Those of a running simulator come after the
// one that looks for it, and are left out if there is none.
var examinations = []struct {
	name    string
	running bool // it needs a simulator
	look    func(*patient, context.Context) []finding
}{
	{"ports", false, (*patient).ports},
	{"failures", true, (*patient).failures},
	{"listeners", true, (*patient).listeners},
	{"key", true, (*patient).key},
	{"certificates", true, (*patient).certificates},
	{"clock", true, (*patient).clock},
	{"trust", true, (*patient).trust},
	{"programs", true, (*patient).programs},
	{"names", true, (*patient).names},
}

// examination is how long a check may take.
const examination = 10 * time.Second

// Run makes all checks.
func (d *doctorCommand) Run(ctx context.Context, c *console) error {
	if err := d.check(); err != nil {
		return usageError{err}
	}
	p := &patient{doctorCommand: d}
	list := []finding{p.reach(ctx)}
	for _, e := range examinations {
		if e.running == (p.info.Event != "") {
			limited, cancel := context.WithTimeout(ctx, examination)
			list = append(list, e.look(p, limited)...)
			cancel()
		}
	}
	err := show(c, d.JSON, list, "CHECK\tRESULT\tFOUND\tREMEDY", func(f *finding) []string {
		return []string{f.Check, map[bool]string{true: "good", false: "WRONG"}[f.Good], f.Found, cmp.Or(f.Remedy, "-")}
	})
	for _, f := range list {
		if !f.Good && err == nil {
			err = errSaid
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

// reach asks the control API.
func (p *patient) reach(ctx context.Context) finding {
	info, err := p.discover(ctx)
	if err != nil {
		return wrong("control API", "start it with apns-sim serve, or name it with --control", "%v", err)
	}
	root, err := p.get(ctx, "/v1/ca.pem")
	if err != nil {
		return wrong("control API", "is it another program that answers at "+p.Control+"?", "%v", err)
	}
	p.info, p.roots = info, x509.NewCertPool()
	p.roots.AppendCertsFromPEM(root)
	return good("control API", "version %s at %s, process %d", info.Version, p.Control, info.PID)
}

// ports looks whether a simulator could be started with the default addresses, and who
// has those that are taken.
func (p *patient) ports(ctx context.Context) (list []finding) {
	for _, listener := range sim.Listeners() {
		if _, _, err := net.SplitHostPort(listener.Address); err != nil {
			continue // off, or at will
		}
		ln, err := net.Listen("tcp", listener.Address)
		if err != nil {
			list = append(list, wrong("port for "+listener.Serves, "stop the program, or use another address: --"+listener.Flag+", or --any-port",
				"%v; there answers %s", err, whoAnswers(ctx, listener.Address)))
			continue
		}
		list = append(list, good("port for "+listener.Serves, "%s is free", listener.Address))
		_ = ln.Close() // nobody has connected
	}
	return list
}

// whoAnswers says what can be told of a program by connecting to it.
func whoAnswers(ctx context.Context, address string) string {
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // Nothing is sent; it is about who answers.
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		defer conn.Close()
		for _, certificate := range conn.(*tls.Conn).ConnectionState().PeerCertificates {
			return "a TLS server with the certificate of " + pki.SubjectText(&certificate.Subject)
		}
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && strings.HasPrefix(string(record.RecordHeader[:]), "HTTP/") {
		return "an HTTP server"
	}
	return "a program that does not speak TLS"
}

// listeners connects to each listener as a client would, without ALPN, which none of them
// demands.
func (p *patient) listeners(ctx context.Context) (list []finding) {
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
			list = append(list, wrong(listener.name, "if it runs in a container or on another machine, publish the port and give its name with --name", "%s: %v", address, err))
			continue
		}
		_ = conn.Close() // it was about the handshake
		list = append(list, good(listener.name, "%s, TLS is trusted by the root", address))
	}
	return list
}

// certificates looks for those beside the root that have ended or are about to.
func (p *patient) certificates(context.Context) []finding {
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
		list = append(list, good("certificates", "none in %s ends within 30 days", dir))
	}
	return list
}

// key looks whether the key that programs sign with is that of the simulator, which is
// asked what it would make of a provider token; no push is sent.
func (p *patient) key(ctx context.Context) []finding {
	signing := signingFlags{
		KeyFile: os.Getenv("APNS_SIM_KEY_FILE"), KeyP8: os.Getenv("APNS_SIM_KEY_P8"), Team: cmp.Or(os.Getenv("APNS_SIM_TEAM"), p.info.Demo.TeamID), KeyID: os.Getenv("APNS_SIM_KEY_ID"),
	}
	if signing.KeyFile == "" && signing.KeyP8 == "" && p.info.Demo.KeyFile == "" {
		return nil
	}
	const remedy = "use the files of the ready record: eval \"$(apns-sim env)\""
	key, err := signing.key(p.info.Demo, func(string) bool { return false })
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
	// Its age is about the clock, which is looked at next.
	if !seen.Accepted && apns.Reason(seen.Reason) != apns.ExpiredProviderToken {
		return []finding{wrong("key", remedy, "that of team %s, key %s, is refused: %s", key.TeamID, key.KeyID, cmp.Or(seen.Detail, seen.Reason))}
	}
	return []finding{good("key", "that of team %s, key %s, is taken", key.TeamID, key.KeyID)}
}

// clock compares the simulator's time with this machine's.
func (p *patient) clock(ctx context.Context) []finding {
	var face clockFace
	if err := p.call(ctx, http.MethodGet, "/v1/clock", nil, nil, &face); err != nil {
		return []finding{wrong("clock", "", "%v", err)}
	}
	ahead := time.Until(face.Time).Round(time.Second)
	if ahead.Abs() > time.Minute {
		return []finding{wrong("clock", "provider tokens are good within an hour of its time; apns-sim reset, or apns-sim clock set", "the simulator is %s ahead of this machine", ahead)}
	}
	return []finding{good("clock", "within a minute of this machine's")}
}

// trustVariables name a file of roots.
var trustVariables = []string{"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}

// trust looks whether the files that variables name have the simulator's root.
func (p *patient) trust(ctx context.Context) (list []finding) {
	const remedy = `eval "$(apns-sim env)" sets it rightly`
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
			list = append(list, wrong(name, remedy, "%s lacks the root of this simulator; it may be that of an earlier one", path))
			continue
		}
		list = append(list, good(name, "%s has the root", path))
	}
	return list
}

// programs has other people's programs connect, as the environment leads them.
func (p *patient) programs(ctx context.Context) (list []finding) {
	if p.info.Provider == "" {
		return nil
	}
	at, err := url.Parse(p.info.Provider)
	if err != nil {
		return []finding{wrong("programs", "", "%v", err)}
	}
	// curl cannot connect without a request, which is refused: its record is taken away,
	// and so are those of the handshakes that fail.
	id, probes, place := newID(), p.newProbes(ctx), p.info.Place()
	defer p.forget(ctx, id)
	defer func() { probes.forget(ctx) }()
	address := strings.TrimPrefix(place.Map()["APNS_SIM_PROVIDER"], "https://")
	target := net.JoinHostPort(probes.serverName, at.Port())
	for _, program := range []struct {
		name, trusts string
		cause        string // how the line begins that says why it failed; "" is the last one
		args         []string
	}{
		{"curl", "CURL_CA_BUNDLE", "curl: (", []string{"--silent", "--show-error", "--output", os.DevNull, "--http2", "--header", apns.HeaderID + ": " + id, "--connect-to", target + ":" + address, "https://" + target}},
		{"node", "NODE_EXTRA_CA_CERTS", "", []string{"-e", "require('tls').connect({host:'localhost',port:" + at.Port() + ",servername:'" + probes.serverName + "'},function(){this.end();process.exit(0)}).on('error',e=>{console.error(e.message);process.exit(1)})"}},
		{"python3", "SSL_CERT_FILE", "", []string{"-c", "import socket,ssl;ssl.create_default_context().wrap_socket(socket.create_connection(('localhost'," + at.Port() + "),5),server_hostname='" + probes.serverName + "')"}},
		{"openssl", "SSL_CERT_FILE", "verify error:", []string{"s_client", "-connect", "localhost:" + at.Port(), "-servername", probes.serverName, "-verify_return_error", "-brief"}},
	} {
		path, err := exec.LookPath(program.name)
		if err != nil {
			continue // it is not needed here
		}
		output, err := exec.CommandContext(ctx, path, program.args...).CombinedOutput()
		if err != nil {
			probes.failed++
			list = append(list, wrong(program.name, "set "+program.trusts+`, as eval "$(apns-sim env)" does`, "cannot connect: %s (%v)", causeLine(string(output), program.cause), err))
			continue
		}
		list = append(list, good(program.name, "connects and trusts"))
	}
	return list
}

// newID is an apns-id.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// forget takes the record of a request of ours out of the history.
func (p *patient) forget(ctx context.Context, id string) {
	_ = p.call(ctx, http.MethodDelete, "/v1/notifications", url.Values{"apns-id": {id}}, nil, nil) // it stays, and says what it is
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

// lookups is how long the names may take to resolve, all together.
const lookups = 2 * time.Second

// names says where Apple's names lead, for programs whose host is fixed.
func (p *patient) names(ctx context.Context) (list []finding) {
	ctx, cancel := context.WithTimeout(ctx, lookups)
	defer cancel()
	for _, name := range pki.ServerNames() {
		if !strings.HasPrefix(name, "api") || !strings.HasSuffix(name, ".push.apple.com") {
			continue
		}
		addresses, err := net.DefaultResolver.LookupHost(ctx, name)
		switch {
		case err != nil:
			list = append(list, good(name, "does not resolve; a program with a fixed host needs the proxy, or the name in /etc/hosts"))
		case !isLoopback(addresses[0]):
			list = append(list, good(name, "is Apple's, at %s; a program with a fixed host needs the proxy, or the name in /etc/hosts", addresses[0]))
		case p.info.Provider443 == "" && strings.HasPrefix(name, "api."):
			list = append(list, wrong(name, "open it with --listen-443, or have the program use port 2197", "leads to this machine, where nothing listens on 443"))
		default:
			list = append(list, good(name, "leads to this machine"))
		}
	}
	return list
}
