// Command measure is the benchmark of the whole: it pushes to the built
// simulator, counts what reaches its devices, and prints what that cost beside
// what a plain net/http handler costs for the same requests in the same run.
//
// It knows how to load an HTTP/2 server (conn.go, closed.go, open.go), how to be
// devices (fleet.go), how to see that each push arrives once (counts.go) and what
// a process has used (cputime.go). Servers are processes of their own, started
// and ended here. What is measured is a table (scenario.go). It exits with 1
// if a push is refused, lost or delivered twice.
package main
