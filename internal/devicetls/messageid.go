package devicetls

// The device matches an acknowledgement to a push by its message ID alone, so IDs have to
// be unique on a connection (observed: a client that acknowledges pushes of all tokens with
// its base token). The broker counts from 1 for each consumer. The ID that is sent is therefore
//
//	bit 31      0: some daemons read IDs as signed
//	bits 27-30  slot of the presence
//	bits 0-26   the consumer's ID, offset by the slot's base
const (
	maxPresences = 1 << 4
	slotShift    = 27
	sequenceMask = 1<<slotShift - 1
)

// messageID returns the message ID of a delivery ID of the consumer.
func messageID(slot int, offset, id uint32) uint32 {
	return uint32(slot)<<slotShift | (offset+id)&sequenceMask
}

// slotOf returns the slot in a message ID. It is at least maxPresences for an ID that was
// never sent.
func slotOf(messageID uint32) int { return int(messageID >> slotShift) }

// deliveryID is the reverse of messageID for IDs up to last, the latest of the consumer. The
// distance from last fits into the sequence bits, however many pushes there were.
func deliveryID(offset, last, messageID uint32) uint32 {
	return last - (offset+last-messageID)&sequenceMask
}
