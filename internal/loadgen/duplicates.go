package loadgen

import (
	"bytes"
	"encoding/json"
	"hash/maphash"

	"github.com/apns-sim/apns-sim/apns"
)

// receivedPushes are the pushes that a device has got, by token and name. Of each it keeps
// eight bytes: among a million pushes to one device, two have the same by chance once
// in 37 million runs.
type receivedPushes struct {
	hashes map[uint64]struct{}
}

// seed makes the hashes of this process.
var seed = maphash.MakeSeed()

// seen tells whether a push was seen before, and takes note of it.
func (s *receivedPushes) seen(token apns.DeviceToken, id []byte) bool {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(string(token))
	h.Write(id)
	sum := h.Sum64()
	if _, known := s.hashes[sum]; known {
		return true
	}
	if s.hashes == nil {
		s.hashes = make(map[uint64]struct{})
	}
	s.hashes[sum] = struct{}{}
	return false
}

// An idField is the field of a payload that names the push.
type idField struct {
	name   string
	quoted []byte
}

// payloadID gives the value of the field at the top of a payload, as it stands there;
// nil if there is none.
func payloadID(payload []byte, field idField) json.RawMessage {
	if !bytes.Contains(payload, field.quoted) { // most payloads that have no name end here
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil {
		return nil
	}
	return fields[field.name]
}
