// Package clidoc writes manual pages and shell completions from the grammar of a
// command line, so that neither can differ from what the program accepts. It knows
// kong's model and nothing of a program.
package clidoc
