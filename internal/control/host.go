package control

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// A hostList is the hosts allowed besides loopback, in their canonical form.
type hostList map[string]bool

// parseHosts reads Config.AllowedHosts.
func parseHosts(list []string) (hostList, error) {
	hosts := make(hostList, len(list))
	for i, entry := range list {
		host := canonicalHost(entry)
		if host == "" || strings.ContainsAny(host, "/[]@ ") || strings.Contains(host, ":") && !isAddress(host) {
			return nil, fmt.Errorf("Config.AllowedHosts[%d] is %q; write a name or an address without port", i, entry)
		}
		hosts[host] = true
	}
	return hosts, nil
}

// allow reports whether a request may name host, as it stands in the Host
// header.
func (l hostList) allow(host string) bool {
	name := canonicalHost((&url.URL{Host: host}).Hostname())
	if addr, err := netip.ParseAddr(name); err == nil && addr.IsLoopback() {
		return true
	}
	// "localhost" and all names below it are loopback: RFC 6761, 6.3.
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(containerHosts, name) || l[name]
}

// containerHosts are the names by which containers know their host:
// https://docs.docker.com/desktop/features/networking/networking-how-tos/#i-want-to-connect-from-a-container-to-a-service-on-the-host,
// https://docs.podman.io/en/stable/markdown/podman-run.1.html#network-mode-net.
var containerHosts = []string{"host.docker.internal", "host.containers.internal"}

// anyHostRoutes are the routes that are served under any host name, and without one: probes
// and scrapers use whatever address they have, and HTTP/1.0 sends no host. They change nothing,
// and a page of another origin cannot read them.
var anyHostRoutes = []string{"/livez", "/readyz", "/metrics"}

// canonicalHost writes one host in one way: names in lower case without the
// dot of the root, addresses as netip does.
func canonicalHost(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// guardHost rejects requests for any other host. A page whose name was made to
// resolve to this machine (DNS rebinding) still sends its own name.
func (s *Server) guardHost(next http.Handler) http.Handler {
	misdirected := s.handle((*Server).misdirected)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(anyHostRoutes, r.URL.Path) && !s.hosts.allow(r.Host) && !appleHost(r) {
			misdirected.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// misdirected answers a request for a host that is not ours: RFC 9110, 7.4.
func (s *Server) misdirected(_ http.ResponseWriter, r *http.Request) error {
	return reject(http.StatusMisdirectedRequest,
		"the control API answers under localhost and loopback addresses, not under %q; use one of these, or allow it with --name", r.Host)
}
