// Package proxy is an HTTP proxy for programs whose hosts are fixed: they ask it for
// Apple's, and are led to the simulator.
//
// It knows how a tunnel is asked for and made (CONNECT), and how a request for http://
// is forwarded. It leaves to others which hosts lead where, and what is said within a
// tunnel, which is TLS and hidden from it. To a host that nobody has told it of it
// leads only on demand.
package proxy
