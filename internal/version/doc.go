// Package version tells from which source a program was built: its version, as
// Semantic Versioning writes it, its commit and the time of the commit.
//
// What the linker was told comes first (make, releases), then what the go command
// records (go install, go build in a checkout), then the file that git fills in when it
// makes a source archive.
package version
