// Package sqlite keeps the state of a simulator in a file that any SQLite can open:
// the pushes of [store.Store] and the entries of [store.Entries].
//
// It is a medium of package groupcommit, which decides what is written when: a group is a
// transaction. It survives the death of the process, and with [Config].Sync that of the
// machine.
package sqlite
