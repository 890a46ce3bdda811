package devicetls

// The device matches an acknowledgement to a push by its message id alone, and
// ids have to be unique on a connection (observed: a client that acknowledges
// pushes of all tokens with its base token). The broker counts from 1 on each
// route. The id on the wire is therefore
//
//	bit 31      0: some daemons read ids as signed
//	bits 27-30  slot of the presence
//	bits 0-26   the route's id, moved by the slot's base
const (
	maxPresences = 1 << 4
	slotShift    = 27
	sequenceMask = 1<<slotShift - 1
)

// messageID returns the message id of the route's delivery id.
func messageID(slot int, base, id uint32) uint32 {
	return uint32(slot)<<slotShift | (base+id)&sequenceMask
}

// slotOf returns the slot that a message id names. It is no less than
// maxPresences for an id that was never sent.
func slotOf(messageID uint32) int { return int(messageID >> slotShift) }

// routeID is the reverse of messageID for one of the ids up to last, the route's
// newest. The distance from the newest fits into the sequence, whatever the
// number of pushes before.
func routeID(base, last, messageID uint32) uint32 {
	return last - (base+last-messageID)&sequenceMask
}
