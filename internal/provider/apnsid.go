package provider

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/apns-sim/apns-sim/apns"
)

// An idSource makes the IDs of one connection. It needs no lock.
type idSource struct{ random *rand.ChaCha8 }

func newIDSource() idSource {
	var seed [32]byte
	crand.Read(seed[:]) // never fails
	return idSource{rand.NewChaCha8(seed)}
}

// next returns 128 random bits in the layout of a UUID, without the version and
// variant of one (observed: jchambers/pushy#184, AndrewBarba/apns2#95).
func (s idSource) next() uuid.UUID {
	var id uuid.UUID
	binary.NativeEndian.PutUint64(id[:8], s.random.Uint64())
	binary.NativeEndian.PutUint64(id[8:], s.random.Uint64())
	return id
}

const (
	upperDigits = "0123456789ABCDEF"
	lowerDigits = "0123456789abcdef"
)

// apnsID makes an apns-id, in upper case (observed: jchambers/pushy#184).
func (s idSource) apnsID() string { return idText(s.next(), upperDigits) }

// uniqueID makes an apns-unique-id, in lower case (observed: AndrewBarba/apns2#95).
func (s idSource) uniqueID() string { return idText(s.next(), lowerDigits) }

// idText writes an id in the given digits, hyphens as 8-4-4-4-12.
func idText(id uuid.UUID, digits string) string {
	var text [36]byte
	at := 0
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		text[at], text[at+1] = digits[b>>4], digits[b&15]
		at += 2
	}
	return string(text[:])
}

// validID reports whether id is a canonical UUID: 32 hexadecimal digits with hyphens
// as 8-4-4-4-12. The page shows lower case; providers send either.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func validID(id string) bool { return len(id) == 36 && uuid.Validate(id) == nil }

// assignID gives the response the apns-id of the request, or a new one.
func (p *pushRequest) assignID() {
	p.responseIDHeader, p.responseID = apns.HeaderID, p.idHeader.value
	if !p.idValid {
		p.responseID = p.conn.ids.apnsID()
	}
}

// checkID requires a UUID.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkID() *apns.Rejection {
	if r.idHeader.present && !r.idValid {
		return apns.Reject(apns.BadMessageId, "apns-id is", quote(r.idHeader.value)+", not a UUID of the form 8-4-4-4-12")
	}
	return nil
}

// newUniqueID makes the apns-unique-id of an accepted push; "" in production, since only
// the sandbox sends one.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (c *conn) newUniqueID() string {
	if c.env != apns.Sandbox {
		return ""
	}
	return c.ids.uniqueID()
}
