// Package console is the web page of the simulator: static files, which the control
// listener serves at "/" and below "/console/".
//
// It knows the files, how they are compressed and cached, and which requests the page
// may make. What the page shows it asks for of the control API, as every other client
// does; this package leaves all of that to the page.
package console
