package h2

// An ending is how a stream was closed. It decides what a frame that comes
// afterwards means.
type ending uint8

const (
	// endingForgotten: closed long ago, or never used because a higher
	// number was used before it.
	endingForgotten ending = iota
	// endingPeer: the peer had said its last word, by END_STREAM or RST_STREAM.
	endingPeer
	// endingRefused: we have refused the stream.
	endingRefused
	// endingOurs: we have reset or abandoned it, and the peer may not know yet.
	endingOurs
)

// historySize is how many streams back a history reaches, at most.
const historySize = 128

// A history remembers how the latest streams ended. A stream's place depends on
// its number alone, so remembering is one store.
type history [historySize]struct {
	id  uint32
	how ending
}

func (h *history) remember(id uint32, how ending) {
	h[id/2%historySize].id = id
	h[id/2%historySize].how = how
}

func (h *history) of(id uint32) ending {
	if e := h[id/2%historySize]; e.id == id {
		return e.how
	}
	return endingForgotten
}
