// Package integration proves the simulator from outside: it starts the built
// binaries, apns-sim and device-sim, and talks to them over real sockets with
// other people's clients (sideshow/apns2, curl) and with small ones of its own
// that share no code with the simulator; of its module they read the table of
// reasons alone, to hold the simulator to it.
//
// BIN_DIR names the folder with the binaries; without it they are built first.
// What a package does inside is that package's to test.
package integration
