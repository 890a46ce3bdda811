package provider

import (
	"cmp"
	"slices"
	"strconv"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// accept answers a request that was carried out with its ID, and with field if that
// has a name.
func (c *conn) accept(r *request, status int, field hpack.HeaderField, body []byte) {
	fields := append(c.fieldBuffer[:0], idField(r.responseIDHeader, r.responseID))
	if field.Name != "" {
		fields = append(fields, field)
	}
	c.restoreStreams(r.stream.Conn())
	c.send(r.stream, status, body, fields)
}

// reject is the one place where a rejection becomes bytes. A rejected push has no
// apns-unique-id.
// observed: uniqush-push live probe of the sandbox
func (c *conn) reject(r *request, rejection *apns.Rejection) {
	fields := append(c.fieldBuffer[:0], idField(r.responseIDHeader, r.responseID))
	if c.server.cfg.ErrorContentType {
		fields = append(fields, hpack.HeaderField{Name: "content-type", Value: "application/json"})
	}
	hc := r.stream.Conn()
	c.lowerStreams(hc, rejection.Reason)
	c.bodyBuffer = appendRejection(c.bodyBuffer[:0], rejection)
	c.send(r.stream, rejection.Reason.Status(), c.bodyBuffer, fields)
	c.announceEnd(hc, rejection.Reason)
	c.countError(hc, rejection.Reason)
}

// idField returns a field whose value does not repeat, which keeps it out of the HPACK
// table.
func idField(name, id string) hpack.HeaderField {
	return hpack.HeaderField{Name: name, Value: id, Sensitive: true}
}

// appendReason appends the JSON of a reason, compact as APNs sends it (observed:
// sideshow/apns2#93). Reasons need no escaping.
func appendReason(dst []byte, reason apns.Reason) []byte {
	dst = append(dst, `{"reason":"`...)
	dst = append(dst, reason...)
	return append(dst, `"}`...)
}

// appendRejection is appendReason with the timestamp of a 410: whole milliseconds
// since 1970.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func appendRejection(dst []byte, rejection *apns.Rejection) []byte {
	dst = appendReason(dst, rejection.Reason)
	if rejection.Reason.Status() != 410 {
		return dst
	}
	dst = append(dst[:len(dst)-1], `,"timestamp":`...)
	dst = strconv.AppendInt(dst, rejection.Since.UnixMilli(), 10)
	return append(dst, '}')
}

// send responds to a request, with the override of faults applied.
func (c *conn) send(s *h2.Stream, status int, body []byte, fields []hpack.HeaderField) {
	if c.override == (responseOverride{}) {
		s.Respond(status, body, fields...)
		return
	}
	t := c.override
	status = cmp.Or(t.status, status)
	fields = t.overrideID(slices.Clone(fields))
	if t.delay == 0 {
		s.Respond(status, body, fields...)
		return
	}
	body = slices.Clone(body)
	c.delays.After(t.delay, func() { s.Respond(status, body, fields...) })
}
