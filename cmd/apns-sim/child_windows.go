package main

import "os"

// passed are the signals that concern the program as much as us.
var passed = []os.Signal{os.Interrupt}

// exitCode is that of the program.
func exitCode(state *os.ProcessState) int { return state.ExitCode() }
