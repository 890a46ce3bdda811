// Package proxy is an HTTP proxy for programs whose host names cannot be configured: they
// connect to Apple's names through it and reach the simulator.
//
// It makes tunnels (CONNECT) and forwards requests for http:// URLs. The caller says where
// each host leads. The content of a tunnel is TLS, which the proxy cannot read. It passes
// on requests for other hosts only if it is configured to.
package proxy
