// Package importrules holds the tests of the tree as a whole: who may import whom,
// which foreign modules each product links, that every package says what it is for,
// and that no private key is in the repository. It has no code of its own.
//
// The two tables in table_test.go are the rules, each with its reason. A new
// package needs a row there before its first import.
package importrules
