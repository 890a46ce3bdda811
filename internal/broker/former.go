package broker

// A Former is what another node of a cluster has decided about a push before this broker gets
// it. Package cluster sets it; the broker does not read it yet.
type Former struct {
	// Stamp is the number of the push and its timestamp, unique in the cluster.
	Stamp uint64
	// Deadline is until when the push may wait, in nanoseconds since 1970; 0 computes it.
	// A push with a deadline was accepted before, so no limit rejects it now.
	Deadline int64
	// MaybeSent says that a device may have the push: an entry of that number is not added
	// twice, and a device that reports a duplicate has it.
	MaybeSent bool
}
