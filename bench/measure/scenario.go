package main

import "fmt"

// A scenario is something worth measuring.
type scenario struct {
	name    string
	shape   shape
	devices int // 0: the pushes are for a device that is away, and now or never unless they are stored
	pushes  int
	rate    int // pushes per second; 0 is as many as possible
	rounds  int // 0: as many as asked for

	faults bool // also with rules that fit no push
	stored bool // the pushes wait for the device that is away
}

// scenarios is the table of what is measured. A scenario at full speed is run
// in turns with the same requests to the other servers.
var scenarios = []scenario{
	{name: "front", shape: shape{4, 100}, pushes: 100_000, faults: true},
	{name: "front", shape: shape{16, 10}, pushes: 100_000},
	{name: "front", shape: shape{64, 1}, pushes: 50_000},
	{name: "1 device", shape: shape{4, 100}, devices: 1, pushes: 50_000},
	{name: "100 devices", shape: shape{4, 100}, devices: 100, pushes: 50_000},
	{name: "1000 devices", shape: shape{4, 100}, devices: 1000, pushes: 50_000},
	{name: "stored", shape: shape{4, 100}, pushes: 20_000, stored: true},
	{name: "stored, paced", shape: shape{4, 100}, pushes: 5_000, rate: 1000, rounds: 1, stored: true},
	{name: "1 device, paced", shape: shape{4, 100}, devices: 1, pushes: 10_000, rate: 1000, rounds: 1},
	{name: "100 devices, paced", shape: shape{4, 100}, devices: 100, pushes: 10_000, rate: 1000, rounds: 1},
}

func (s scenario) String() string {
	if s.rate > 0 {
		return fmt.Sprintf("%s, %s, %d at %d/s", s.name, s.shape, s.pushes, s.rate)
	}
	return fmt.Sprintf("%s, %s, %d", s.name, s.shape, s.pushes)
}
