// Package keystore has the secrets of a simulator: its certificate authorities, the
// keys that encrypt device tokens, and the authentication keys of teams. They are
// created in memory, and can be saved to and loaded from a directory, the one of the
// flag --certs.
//
// The package knows the files of that directory, warns about those that expire or that
// other users can read, and keeps the keys and apps of teams there. Cryptography is up
// to package pki.
package keystore
