// Command matrix runs the examples, each against a simulator of its own, and writes
// what came of it: library by item, to the terminal and to docs/clients.md.
//
// An example is a folder with a client.json (see [client]): what it needs, how it is
// prepared, how its tests run. It is a project of its own in its own language and
// knows nothing of this program. Its tests have the names of the items, in the
// spelling of its language, and report in one of three widespread formats:
//
//	tap    the Test Anything Protocol, on stdout
//	go     the JSON of go test -json, on stdout
//	junit  JUnit's XML, in files
//
// A test that is skipped says by its reason that the library cannot do the item. What
// a test prints after "note: " stands beside its item on the page.
package main
