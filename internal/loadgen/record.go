package loadgen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// An Entry is one line of [Config.Record]: what a device has got, in the order in which
// it got it.
type Entry struct {
	// Event is token, tokenDropped, notification or rejected. tokenDropped says that the
	// device has given up the token: the app was uninstalled, the device erased, or
	// the courier has issued another base token.
	Event  string        `json:"event"`
	At     time.Time     `json:"at"`
	Number int           `json:"number"` // of the device, from 0
	Device apns.DeviceID `json:"device"`
	Topic  string        `json:"topic,omitempty"`
	// DeviceToken is the one that was got, given up or sent to.
	DeviceToken apns.DeviceToken `json:"deviceToken,omitempty"`
	// Status is that of the acknowledgement; 0 is delivered.
	Status uint8 `json:"status"`
	// ID is the field of the payload that names the push, as it stands there.
	ID json.RawMessage `json:"id,omitempty"`
	// Timestamp is when APNs took the push, unique per device.
	Timestamp time.Time `json:"timestamp,omitzero"`
	// FromStorage says that it had waited for the device.
	FromStorage bool `json:"fromStorage,omitempty"`
	// Duplicate says that the device had got a push of this ID with this token before.
	Duplicate bool `json:"duplicate,omitempty"`
	// PayloadBase64 is the provider's bytes; absent if the push has an ID.
	PayloadBase64 []byte `json:"payloadBase64,omitempty"`
}

// A record writes entries.
type record struct {
	mu     sync.Mutex
	buf    *bufio.Writer // nil writes nothing
	encode *json.Encoder
	err    error // the first; nothing is written after it
}

func newRecord(w io.Writer) *record {
	r := new(record)
	if w != nil {
		r.buf = bufio.NewWriterSize(w, 64<<10)
		r.encode = json.NewEncoder(printable.JSONWriter(r.buf))
		r.encode.SetEscapeHTML(false)
	}
	return r
}

func (r *record) write(e Entry) {
	if r.buf == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = r.encode.Encode(e)
	}
}

// flush writes what has gathered, and gives the first failure there was.
func (r *record) flush() error {
	if r.buf == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = r.buf.Flush()
	}
	if r.err != nil {
		return fmt.Errorf("write the record: %w", r.err)
	}
	return nil
}
