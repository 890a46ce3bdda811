// Package loadgen runs thousands of emulated devices in one process: it activates
// them, connects them at a given rate, acts on them at random or by a script, and
// keeps an exact account of what they received.
//
//	f, err := loadgen.New(loadgen.Config{Count: 5000, Device: template, Activate: activate, Dial: dial})
//	err = f.Run(ctx)
//	summary := f.Summary()
//
// Random choices are seeded: the same seed, count and rates act on the same devices in the
// same way at the same times.
//
// It leaves to others: how a device is activated, how a connection is opened, what is
// printed. It knows devices and nothing of the server, as they do.
package loadgen
