// Package proxy is a CONNECT proxy for programs whose hosts are fixed: they ask it
// for Apple's, and are led to the simulator.
//
// It knows how a tunnel is asked for and made. It leaves to others which hosts lead
// where, and what is said within a tunnel, which is TLS and hidden from it.
package proxy
