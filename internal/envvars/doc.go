// Package envvars has what a program under test finds in its environment: the
// one table of variables that say where a simulator is, what to push with and
// whom to trust, and the file of roots for programs that take one file in place
// of what they had.
//
// The caller fills in a [Values]. Which files there are, and how
// long, is up to them.
package envvars
