// Package tokenvault issues, decrypts and retires device tokens.
//
// "This token is encrypted with a token key and returned to the device": a device token
// is not an identifier that is looked up, but an encrypted record with the environment,
// device, user and topic it was issued for. Only the vault has the device-token key. It
// also knows when tokens were retired.
//
//	key    = HKDF-SHA-256(secret, label), 64 bytes       RFC 5869
//	token  = AES-SIV(key, record ‖ zero padding)         RFC 5297, one empty associated data
//	record = flags(1) device(8) topic tag(4) epoch(3)
//
// AES-SIV is deterministic: an app that registers again gets the same token.
// It authenticates: a token that was not issued here cannot be decrypted. No
// database is needed: besides the key, the vault keeps only the retirements of tokens.
//
// The caller decides which topics a push to a token may have, and the reason of a rejection. The vault starts no goroutine.
//
// The trust model is that of Apple's archived guide, "Token Generation and Dispersal" and
// "Token Trust".
//
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/APNSOverview.html
package tokenvault
