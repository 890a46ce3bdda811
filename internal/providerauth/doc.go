// Package providerauth authenticates providers: it knows teams, their keys and their
// apps, verifies provider tokens, and remembers what the first push on a connection
// has bound the connection to.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
//
// It is lenient in form and strict in substance. A provider token may be written in
// every way that clients in production write it (see [Tolerance]); its algorithm,
// key, team, signature, age and the rules about changing it are checked strictly.
//
// HTTP and headers are the business of package provider, provider certificates of
// pki, device tokens of tokenvault. This package starts no goroutine and owns no
// socket. Its errors about credentials are [apns.Rejection] values.
package providerauth
