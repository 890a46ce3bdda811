// Package control is the control API: the API by which a person, a script or
// the console looks into the simulator and steers it, over plain HTTP/1.1 on
// loopback.
//
// It knows the routes, how their requests are read and how a rejection looks
// (RFC 9457, problem+json, with the remedy in the detail). Each resource has a
// file, which registers its routes and has the interface that they need; [Parts] has
// them all. What is registered is the OpenAPI document, which is served, and shown to
// people at /docs. What a request means is up to those parts; certificates, apps and
// devices are none of its business.
//
// There is no response to a page of another origin: no CORS headers, no
// state-changing request from a foreign page, and no host name but loopback
// and those the configuration adds, which stops DNS rebinding. Bound wider than
// loopback it demands a bearer token.
package control
