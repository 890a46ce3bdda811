// Package providerauth decides who is sending: it knows teams, their keys and
// their apps, judges provider tokens, and remembers what the first push on a
// connection bound the connection to.
//
// It is lenient in form and strict in substance. A provider token may be
// written in every way that clients in production write it (see
// [Tolerances]); its algorithm, key, team, signature, age and the rules about
// changing it are not negotiable.
//
// It leaves to others: HTTP and headers (package provider), provider
// certificates (package pki), device tokens (package tokenvault), and what
// becomes of a push that was let in. It starts no goroutine and owns no
// socket. A refusal is an [apns.Rejection].
package providerauth
