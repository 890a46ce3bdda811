package importrules

import (
	"runtime"
	"slices"
)

// A rule says what the packages under a path may import directly, tests aside.
// The standard library is open to everybody.
type rule struct {
	path    string   // inside the module; "examples/..." is the folder and all below
	ours    []string // packages of this module, by path; "x/..." as above
	foreign []string // packages of other modules, by full import path
	reason  string
}

// The layers. Imports point down: commands, sim, operations, edges, core, ground.
var (
	ground  = []string{"apns", "internal/spelling", "internal/clock", "internal/pki", "internal/filters", "internal/space", "internal/envvars", "internal/version", "internal/state"}
	core    = []string{"internal/broker", "internal/tokenvault", "internal/providerauth", "internal/journal", "internal/fault", "internal/store"}
	h2      = []string{"golang.org/x/net/http2", "golang.org/x/net/http2/hpack"}
	api     = []string{"github.com/danielgtaylor/huma/v2", "github.com/danielgtaylor/huma/v2/adapters/humago"}
	metrics = []string{"github.com/prometheus/client_golang/prometheus", "github.com/prometheus/client_golang/prometheus/collectors", "github.com/prometheus/client_golang/prometheus/promhttp"}
	cli     = []string{"github.com/alecthomas/kong", "github.com/lmittmann/tint"}

	// yaml is for the file of settings: its errors have line and column.
	yaml = []string{"github.com/goccy/go-yaml", "github.com/goccy/go-yaml/ast", "github.com/goccy/go-yaml/parser", "github.com/goccy/go-yaml/token"}

	// keyboard is for a line that is typed while other lines appear.
	keyboard = slices.Concat(cli, []string{"golang.org/x/term", "golang.org/x/sys/unix"})
)

// rules is the one table of who may import whom.
var rules = []rule{
	{"apns", []string{"internal/spelling"}, nil, "the words of APNs: users import them, and they bring no other module along"},
	{"apnstest", slices.Concat(ground, core, []string{"internal/sim", "internal/keystore", "internal/device", "internal/virtualdevice", "internal/memnet"}), nil, "a simulator in a test: sim does the wiring"},
	{"cmd/apns-sim", slices.Concat(ground, core, []string{"internal/sim", "internal/spacecontrol", "internal/keystore", "internal/control", "internal/vocabulary", "internal/logs", "internal/pki/p12", "internal/controlapi", "internal/printable", "internal/provider", "internal/secret", "internal/fault/condition", "internal/clidoc", "internal/store/sqlite", "internal/seed", "internal/webhook", "internal/truststore"}), slices.Concat(cli, yaml, []string{"golang.org/x/term", "golang.org/x/sys/unix"}), "the only place that joins sim with the control API, so that apnstest stays small"},
	{"cmd/device-sim", []string{"apns", "internal/spelling", "internal/controlapi", "internal/courier", "internal/device", "internal/lesson", "internal/loadgen", "internal/printable", "internal/presentation", "internal/secret", "internal/version", "internal/clidoc"}, keyboard, "a phone knows nothing of the server but the protocol; controlapi has the table of what a device can be told"},
	{"examples/...", []string{"apns", "apnstest"}, nil, "examples show what a user can do, so they use what a user can import"},
	{"helpers/...", nil, nil, "users import them into tests of their own; the control API is all they know"},
	{"bench/...", []string{"apns", "apnstest", "internal/..."}, h2, "measures whatever it likes; nobody imports it"},

	{"internal/sim", slices.Concat(ground, core, []string{"internal/keystore", "internal/h2", "internal/provider", "internal/devicetls", "internal/courier", "internal/proxy", "internal/memnet", "internal/controlapi", "internal/teamcontrol", "internal/devicecontrol", "internal/spacecontrol", "internal/seed"}), nil, "the only wiring; control is mounted by the command, and mounts the console"},
	{"internal/seed", []string{"apns", "internal/fault", "internal/keystore", "internal/pki", "internal/providerauth", "internal/state"}, nil, "what shall be there at the start, checked by the rules of the parts"},
	{"internal/teamcontrol", []string{"apns", "internal/broker", "internal/controlapi", "internal/keystore", "internal/pki", "internal/providerauth", "internal/space", "internal/state"}, nil, "what can be done with teams, apart from the wiring: in the words of the control API, with the core alone"},
	{"internal/devicecontrol", []string{"apns", "internal/broker", "internal/controlapi", "internal/device", "internal/devicetls", "internal/fault", "internal/keystore", "internal/pki", "internal/providerauth", "internal/space", "internal/state", "internal/teamcontrol", "internal/tokenvault", "internal/virtualdevice"}, nil, "what can be done with devices: it lists, disconnects and redirects the connections of the couriers, and makes virtual devices"},
	{"internal/spacecontrol", []string{"apns", "internal/broker", "internal/clock", "internal/controlapi", "internal/devicecontrol", "internal/envvars", "internal/fault", "internal/filters", "internal/journal", "internal/keystore", "internal/pki", "internal/providerauth", "internal/space", "internal/teamcontrol", "internal/virtualdevice"}, nil, "what can be done with spaces, which have a team and devices; providers are disconnected by a function, so it knows no provider listener"},

	{"internal/provider", slices.Concat(ground, core, []string{"internal/h2", "internal/timers", "internal/netconn"}), slices.Concat(h2, []string{"github.com/google/uuid"}), "an edge: meets the other edges in the core only"},
	{"internal/devicetls", slices.Concat(ground, core, []string{"internal/courier", "internal/netpoll", "internal/workers", "internal/timers", "internal/netconn"}), nil, "an edge: meets the other edges in the core only"},
	{"internal/control", slices.Concat(ground, core, []string{"internal/console", "internal/controlapi", "internal/lesson", "internal/vocabulary", "internal/presentation"}), slices.Concat(api, metrics, []string{"howett.net/plist"}), "an edge: it mounts the console and sees the other edges through the core; huma reads requests and writes the OpenAPI document, bag and activation are property lists"},
	{"internal/console", nil, nil, "files for a browser; everything it shows comes from the control API"},

	{"internal/broker", slices.Concat(ground, []string{"internal/journal", "internal/store"}), nil, "core: keeps pushes, records them, stores them; knows no socket"},
	{"internal/tokenvault", ground, []string{"github.com/tink-crypto/tink-go/v2/daead/subtle"}, "core: AES-SIV comes from tink, nothing else does"},
	{"internal/providerauth", ground, []string{"github.com/golang-jwt/jwt/v5"}, "core: JWT checking comes from golang-jwt"},
	{"internal/journal", ground, nil, "core: what happened, told to readers"},
	{"internal/fault", ground, []string{"golang.org/x/net/http2"}, "core: faults are data, edges act on them; the names of error codes are x/net's"},
	{"internal/fault/condition", slices.Concat(ground, []string{"internal/fault"}), []string{"github.com/expr-lang/expr", "github.com/expr-lang/expr/ast"}, "the expression language apart, so that apnstest does not link it"},
	{"internal/store", ground, nil, "core: state behind an interface"},
	{"internal/store/storetest", []string{"apns", "internal/store"}, []string{"github.com/stretchr/testify/assert", "github.com/stretchr/testify/require"}, "what every store promises, for the tests of stores"},
	{"internal/store/groupcommit", []string{"apns", "internal/store"}, nil, "an edge: a goroutine; it knows no medium"},
	{"internal/store/sqlite", []string{"apns", "internal/store", "internal/store/groupcommit"}, []string{"modernc.org/sqlite", "modernc.org/sqlite/lib"}, "an edge: a disk; the command alone links it, so that apnstest stays small"},

	{"internal/cluster", slices.Concat(ground, core, []string{"internal/cluster/message"}), nil, "which node's broker has a push; it implements what edges ask for, and imports none of them"},
	{"internal/cluster/message", []string{"apns"}, nil, "a pure codec: the bytes between nodes, without a connection"},

	{"internal/webhook", []string{"internal/filters", "internal/journal"}, nil, "an edge: it sends what the journal has; the form of events is control's, and the command joins them"},
	{"internal/proxy", nil, nil, "an edge of its own: bytes that it does not understand"},

	{"internal/h2", []string{"internal/quickack"}, h2, "HTTP/2 without APNs: only the framer and hpack of x/net"},
	{"internal/courier", nil, nil, "a pure codec that anybody could lift out of the tree"},
	{"internal/device", []string{"apns", "internal/courier", "internal/netpoll", "internal/workers"}, nil, "an outsider, as a real phone is; many can share workers"},
	{"internal/presentation", []string{"apns"}, nil, "what a phone makes of a payload, however it came"},
	{"internal/lesson", []string{"apns", "internal/courier", "internal/presentation"}, []string{"golang.org/x/net/http2/hpack"}, "an outsider, device and provider at once; it makes HTTP/2 frames by itself, since it shows their bytes"},
	{"internal/loadgen", []string{"apns", "internal/spelling", "internal/device", "internal/printable"}, nil, "many devices, each an outsider"},
	{"internal/clock", nil, nil, "ground"},
	{"internal/controlapi", []string{"apns"}, nil, "ground: the words in which spaces and devices are ordered and described"},
	{"internal/virtualdevice", []string{"apns", "internal/device", "internal/state"}, nil, "phones inside the simulator, which know of it what phones know"},
	{"internal/state", []string{"apns", "internal/spelling"}, nil, "ground: the form of what outlives the process, which the parts save and seeds have"},
	{"internal/space", []string{"apns", "internal/clock", "internal/state"}, nil, "ground: whose a device is and what time it is there"},
	{"internal/envvars", []string{"internal/pki"}, nil, "ground: the variables that exec, spaces and apnstest tell programs with"},
	{"internal/filters", []string{"apns", "internal/spelling"}, nil, "ground: the filter words, which journal, faults and control share"},
	{"internal/pki", nil, nil, "ground: crypto/x509 suffices"},
	{"internal/keystore", []string{"apns", "internal/pki", "internal/providerauth", "internal/tokenvault"}, nil, "the secrets of a simulator, in memory and on disk"},
	{"internal/pki/p12", []string{"internal/pki"}, []string{"software.sslmate.com/src/go-pkcs12"}, "PKCS#12 apart, so that pki and apnstest do not link it"},
	{"internal/truststore", nil, nil, "ground: the trust stores of systems, for the command alone"},
	{"internal/vocabulary", []string{"apns", "internal/spelling"}, nil, "ground: what the words of APNs mean, for commands and the control API"},
	{"internal/memnet", nil, nil, "ground"},
	{"internal/spelling", nil, nil, "ground: the word that was probably meant, for errors"},
	{"internal/printable", nil, nil, "ground: text of peers on its way to a terminal"},
	{"internal/secret", nil, nil, "ground: errors without what must not be seen"},
	{"internal/netconn", nil, nil, "ground: how edges take connections from a listener"},
	{"internal/quickack", nil, nil, "ground: how edges have TCP acknowledge at once"},
	{"internal/logs", nil, nil, "ground: a log that makes nobody wait, for the command alone"},
	{"internal/netpoll", []string{"internal/quickack"}, nil, "ground: idle connections without a goroutine each, at both ends"},
	{"internal/workers", nil, nil, "ground: goroutines that many connections share"},
	{"internal/timers", nil, nil, "ground: what edges do after a while, and no more once its owner is gone"},
	{"internal/clidoc", nil, []string{"github.com/alecthomas/kong"}, "ground: manual pages and completions, from any grammar of kong"},
	{"internal/version", nil, nil, "ground: from which source a program was built"},
	{"internal/importrules", nil, nil, "tests only"},
}

// A product says which foreign modules may be linked into what users get, by whatever way.
type product struct {
	path    string
	foreign []string // import paths; "x/..." is the path and all below
	reason  string
}

// What the packages of others bring along is in the rows too: x/text comes with
// http2, aescmac with tink.
var (
	simulator = []string{
		"golang.org/x/net/...", "golang.org/x/text/...",
		"github.com/golang-jwt/jwt/v5", "github.com/google/uuid",
		"github.com/tink-crypto/tink-go/v2/daead/subtle", "github.com/tink-crypto/tink-go/v2/internal/mac/aescmac",
	}
	openAPI    = []string{"github.com/danielgtaylor/huma/v2/..."}
	prometheus = []string{
		"github.com/prometheus/...", "github.com/beorn7/perks/quantile", "github.com/cespare/xxhash/v2",
		"github.com/munnerz/goautoneg", "google.golang.org/protobuf/...", "golang.org/x/sys/...",
	}
	database = slices.Concat([]string{
		"modernc.org/sqlite/...", "modernc.org/libc/...", "modernc.org/mathutil/...", "modernc.org/memory/...", "golang.org/x/sys/...",
		"github.com/dustin/go-humanize", "github.com/remyoudompheng/bigfft",
	}, libcOf(runtime.GOOS))
	pkcs12 = []string{"software.sslmate.com/src/go-pkcs12/...", "golang.org/x/crypto/pbkdf2"}
)

// libcOf returns what modernc.org/libc links on one system and not on every one.
func libcOf(system string) []string {
	switch system {
	case "linux", "windows":
		return nil
	}
	return []string{"github.com/mattn/go-isatty", "github.com/ncruces/go-strftime"}
}

// products is the one table of what is linked.
var products = []product{
	{"apns", nil, "providers import it next to their own choice of modules"},
	{"apnstest", simulator, "it enters the module graph of everybody who tests with it"},
	{"cmd/apns-sim", slices.Concat(simulator, openAPI, prometheus, cli, pkcs12, database, []string{"golang.org/x/term", "howett.net/plist", "github.com/expr-lang/expr/...", "github.com/goccy/go-yaml/..."}), "the simulator, its control API, its metrics, its flags and their file, the file of its state, p12 files, the property lists of devices, and the conditions of faults"},
	{"cmd/device-sim", slices.Concat(cli, []string{"golang.org/x/term", "golang.org/x/sys/...", "golang.org/x/net/http2/hpack"}), "a phone needs the standard library, flags and a keyboard; the lesson compresses headers"},
}
