// Package logs writes the log of a service in a way that never makes the service
// wait: whoever does not read it, and whoever repeats the same mistake a thousand times
// a second, costs lines of the log and nothing else.
package logs
