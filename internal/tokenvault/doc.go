// Package tokenvault makes device tokens and reads them.
//
// "This token is encrypted with a token key and returned to the device": a
// device token is no name that is looked up but an encrypted record of whose it
// is. The vault holds the token key, which nobody else has. It knows for which
// environment, device, user and topic a token was made, whether it was made
// here at all, and since when it is no longer good.
//
//	key    = HKDF-SHA-256(secret, label), 64 bytes       RFC 5869
//	token  = AES-SIV(key, record ‖ zero padding)         RFC 5297, one empty associated data
//	record = flags(1) device(8) topic tag(4) epoch(3)
//
// AES-SIV is deterministic: an app that registers again gets the same token.
// It authenticates: a token that was not issued here cannot be decrypted. And it needs
// no database: what is kept besides the key are retirements, the few moments
// at which tokens were retired.
//
// The caller decides what follows from a token: which topic a push may have, and with which
// reason it is rejected. The vault starts no goroutine.
//
// The trust model is that of Apple's archived guide: token generation, dispersal and
// trust.
//
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/APNSOverview.html
package tokenvault
