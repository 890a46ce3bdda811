package pki

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// The host names in server certificates: Apple's of both environments, and those of this
// machine.
var (
	productionNames = []string{
		// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
		"api.push.apple.com",
		// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
		"api-manage-broadcast.push.apple.com",
		// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
		"api-broadcast.push.apple.com",
		// observed: devices dial N-courier and verify the bare name; the wildcard covers the numbers
		"courier.push.apple.com",
		"*.push.apple.com",
	}
	sandboxNames = []string{
		"api.sandbox.push.apple.com",
		"api.development.push.apple.com", // observed: the older sandbox name still answers (uniqush-push)
		"api-manage-broadcast.sandbox.push.apple.com",
		"api-broadcast.sandbox.push.apple.com",
		"courier.sandbox.push.apple.com",
		"*.sandbox.push.apple.com",
	}
	activationNames = []string{activationHost}
	localNames      = []string{"localhost", "host.docker.internal", "127.0.0.1", "::1"}
)

// pushDomain has the hosts of APNs, activationHost is where devices get their
// certificates (observed: pypush, rustpush).
const (
	pushDomain     = "push.apple.com"
	activationHost = "albert.apple.com"
)

// appleDomains are Apple's names for which there are server certificates.
var appleDomains = []string{pushDomain, activationHost}

// permittedDomains and permittedRanges are the name constraints of the root, without the
// extra names.
var (
	permittedDomains = slices.Concat(appleDomains, []string{"localhost", "host.docker.internal"})
	permittedRanges  = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
)

// ServerNames lists the host names and addresses for which there are server
// certificates. Hosts entries, network aliases and proxy rules have to cover them.
func ServerNames() []string {
	return slices.Concat(productionNames, sandboxNames, activationNames, localNames)
}

// AppleDomains lists Apple's domains whose hosts the simulator replaces: requests to them
// must reach the simulator and not Apple.
func AppleDomains() []string { return slices.Clone(appleDomains) }

// IsApples reports whether a host, in lower case and without a trailing dot, is in one of
// [AppleDomains].
func IsApples(host string) bool { return inDomains(host, appleDomains) }

// coversHost reports whether a certificate for the names is valid for a host. A wildcard
// covers the first label.
// https://www.rfc-editor.org/rfc/rfc9525#section-6.3
func coversHost(list []string, host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.Contains(list, host) || slices.Contains(list, "*."+parent)
}

// CheckName returns an error for a name that cannot be in [Options.ExtraNames].
func CheckName(name string) error {
	if addr, err := netip.ParseAddr(name); err == nil && addr.Zone() == "" {
		return nil
	}
	if !validHost(strings.ToLower(strings.TrimSuffix(name, "."))) {
		return fmt.Errorf("%q is neither a host name nor an IP address: give a bare name without scheme, port or path", name)
	}
	return nil
}

// names are the host names and addresses of a certificate.
type names struct {
	hosts     []string // lower case; a first label "*" is a wildcard
	addresses []netip.Addr
}

// parseNames sorts host names from addresses and drops repetitions.
func parseNames(list ...[]string) (names, error) {
	var n names
	for _, name := range slices.Concat(list...) {
		if addr, err := netip.ParseAddr(name); err == nil && addr.Zone() == "" {
			n.addAddress(addr.Unmap())
			continue
		}
		host := strings.ToLower(strings.TrimSuffix(name, "."))
		if err := CheckName(name); err != nil {
			return names{}, err
		}
		if !slices.Contains(n.hosts, host) {
			n.hosts = append(n.hosts, host)
		}
	}
	return n, nil
}

func (n *names) addAddress(addr netip.Addr) {
	if !slices.Contains(n.addresses, addr) {
		n.addresses = append(n.addresses, addr)
	}
}

// validHost accepts what DNS and container networks use: letters, digits, "-" and "_", after an optional "*.".
func validHost(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if host == "" || len(host) > 253 { // https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// domains returns the DNS subtrees that a root must permit for these names.
func (n names) domains() []string {
	domains := slices.Clone(permittedDomains)
	for _, host := range n.hosts {
		if !inDomains(host, domains) {
			domains = append(domains, strings.TrimPrefix(host, "*."))
		}
	}
	return domains
}

// ranges returns the address blocks that a root must permit for these addresses.
func (n names) ranges() []*net.IPNet {
	prefixes := slices.Clone(permittedRanges)
	for _, addr := range n.addresses {
		if !slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			prefixes = append(prefixes, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	blocks := make([]*net.IPNet, len(prefixes))
	for i, p := range prefixes {
		blocks[i] = &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
	}
	return blocks
}

// inDomains reports whether host is in one of the subtrees.
// https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
func inDomains(host string, domains []string) bool {
	host = strings.TrimPrefix(host, "*.")
	return slices.ContainsFunc(domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// Permits reports whether clients accept a server certificate for a host. Roots made by
// earlier versions may lack some of [AppleDomains].
func (p *PKI) Permits(host string) bool {
	return names{hosts: []string{host}}.permittedBy(p.Root.Certificate) == nil
}

// permittedBy returns an error for the first name that the root does not permit, or nil.
func (n names) permittedBy(root *x509.Certificate) error {
	for _, host := range n.hosts {
		if len(root.PermittedDNSDomains) > 0 && !inDomains(host, root.PermittedDNSDomains) {
			return notPermitted(host)
		}
	}
	for _, addr := range n.addresses {
		inside := func(block *net.IPNet) bool { return block.Contains(addr.AsSlice()) }
		if len(root.PermittedIPRanges) > 0 && !slices.ContainsFunc(root.PermittedIPRanges, inside) {
			return notPermitted(addr.String())
		}
	}
	return nil
}

func notPermitted(name string) error {
	return fmt.Errorf("the name constraints of the root do not permit %q: make new authorities with --name %s", name, name)
}

// permittedBy returns the extra names that a root permits.
func permittedBy(root *x509.Certificate) (list []string) {
	for _, domain := range root.PermittedDNSDomains {
		if !slices.Contains(permittedDomains, domain) {
			list = append(list, domain)
		}
	}
	for _, block := range root.PermittedIPRanges {
		addr, ok := netip.AddrFromSlice(block.IP)
		ones, bits := block.Mask.Size()
		if ok && ones == bits && !addr.IsLoopback() {
			list = append(list, addr.Unmap().String())
		}
	}
	return list
}

// strings lists the names in the form that parseNames reads.
func (n names) strings() []string {
	list := slices.Clone(n.hosts)
	for _, addr := range n.addresses {
		list = append(list, addr.String())
	}
	return list
}
