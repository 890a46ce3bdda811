// Package lesson makes the steps of the token handshake between a device, APNs and a
// provider, with the bytes of a real run against the listeners of a running simulator.
//
//	l, err := lesson.Run(ctx, lesson.Config{Control: control})
//	lesson.WriteHTML(w, lesson.Page{Lesson: l})
//
// The lesson plays the device and the provider, in a space that it creates through the
// control API and deletes at the end. It leaves the drawing to others: the terminal of
// device-sim, the console, and the page of [WriteHTML] show the same steps. An
// [Experiment] changes one thing and ends with the check that objects to it.
package lesson
