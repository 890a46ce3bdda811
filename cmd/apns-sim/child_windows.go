package main

import "os"

// passed are the signals that concern the program as much as us.
var passed = []os.Signal{os.Interrupt}

// asksToEnd reports whether a program that gets a signal is expected to end.
func asksToEnd(os.Signal) bool { return false }

// typed reports whether a signal comes from the console, which sends it to all of its
// processes.
func typed(os.Signal) bool { return true }

// exitCode is that of the program.
func exitCode(state *os.ProcessState) int { return state.ExitCode() }
