// Package logs writes the log of a service without ever blocking the service: a reader
// that does not read loses lines, and lines that repeat are counted instead of written.
package logs
