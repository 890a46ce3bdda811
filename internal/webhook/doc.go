// Package webhook sends the events of a journal to URLs: each event is a POST, one after the
// other, repeated until the URL accepts it. The history of the journal is the queue: what a
// receiver is too slow for is evicted there, counted, and said in the log and to the receiver.
//
// The form of the requests is that of https://www.standardwebhooks.com, so that its libraries
// verify the signature. The form of the events is the caller's.
package webhook
