// Package truststore installs a root certificate in the trust store of a system and removes it,
// by the commands that the system itself has for this. What it does is a plan, which can be
// shown before it is carried out.
//
// It installs only roots with name constraints, so that the owner of the root's key can
// impersonate the hosts of the constraints and no others.
package truststore
