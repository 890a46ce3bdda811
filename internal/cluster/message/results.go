package message

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

// A Node names one run of a node. The zero Node is nobody.
type Node [8]byte

// String returns the name in hex.
func (n Node) String() string { return hex.EncodeToString(n[:]) }

// A Code is what became of a push that was not accepted.
type Code uint8

// The codes of results.
const (
	// Rejected says that the push is rejected, with a reason.
	Rejected Code = 1
	// Moved says that the address has another owner.
	Moved Code = 2
	// NotStored says that the record of the push could not be written.
	NotStored Code = 3
	// UnknownVersion says that no push of the request was read.
	UnknownVersion Code = 4
)

// Results are what became of the pushes of a request. Those without a result were accepted:
// the device has acknowledged them, or their records are written.
type Results []Result

// A Result is what became of one push.
type Result struct {
	Index  int // of the push in its request; the indexes rise
	Code   Code
	Reason apns.Reason // of a rejection
	Detail string      // of a rejection; for log and journal
	Node   Node        // the owner, for Moved; zero: the sender of the results knows none
}

const minResultSize = 2

// Kind implements [Message].
func (Results) Kind() Kind { return KindResults }

func (r Results) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(r)))
	for _, result := range r {
		dst = binary.AppendUvarint(dst, uint64(result.Index))
		dst = append(dst, byte(result.Code))
		switch result.Code {
		case Rejected:
			dst = appendText(appendText(dst, result.Reason), result.Detail)
		case Moved:
			dst = append(dst, result.Node[:]...)
		case NotStored, UnknownVersion:
		}
	}
	return dst
}

func (r *reader) results() Results {
	results := make(Results, r.count(minResultSize, "number of results"))
	next := uint64(0)
	for i := range results {
		offset := r.offset
		index := r.uvarint("index of a result")
		if index < next || index >= MaxSize {
			r.fail(offset, "has an index that does not rise, or is too high")
		}
		next = index + 1
		results[i] = r.result(int(index))
	}
	return results
}

func (r *reader) result(index int) Result {
	offset := r.offset
	result := Result{Index: index, Code: Code(r.u8("code"))}
	switch result.Code {
	case Rejected:
		result.Reason, result.Detail = apns.Reason(r.text("reason")), r.text("detail")
	case Moved:
		copy(result.Node[:], r.take(uint64(len(result.Node)), "node"))
	case NotStored, UnknownVersion:
	default:
		r.fail(offset, fmt.Sprintf("has a result with unknown code %d", result.Code))
	}
	return result
}
