package provider

import (
	"strconv"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// accept answers 200: no body, the apns-id, and in the sandbox an
// apns-unique-id. "Handling notification responses from APNs"; no other field
// was observed.
func (c *conn) accept(s *h2.Stream, n *apns.Notification) {
	fields := append(c.fieldBuffer[:0], idField(apns.HeaderID, n.ID))
	if n.UniqueID != "" {
		fields = append(fields, idField(apns.HeaderUniqueID, n.UniqueID))
	}
	c.restoreStreams(s.Conn())
	c.send(s, 200, nil, fields)
}

// reject is the one place where a refusal becomes bytes. The id of the request
// goes into idHeader, the apns-id of a push or the apns-request-id of a request
// needsChannel channels. A refused push has no
// apns-unique-id (observed: uniqush-push live probe of the sandbox).
func (c *conn) reject(s *h2.Stream, idHeader, id string, rejection *apns.Rejection) {
	fields := append(c.fieldBuffer[:0], idField(idHeader, id))
	if c.server.cfg.ErrorContentType {
		fields = append(fields, hpack.HeaderField{Name: "content-type", Value: "application/json"})
	}
	hc := s.Conn()
	c.lowerStreams(hc, rejection.Reason)
	c.bodyBuffer = appendRejection(c.bodyBuffer[:0], rejection)
	c.send(s, rejection.Reason.Status(), c.bodyBuffer, fields)
	c.announceEnd(hc, rejection.Reason)
	c.countError(hc, rejection.Reason)
}

// idField is a response field whose value never comes again.
func idField(name, id string) hpack.HeaderField {
	return hpack.HeaderField{Name: name, Value: id, Sensitive: true}
}

// appendReason appends the JSON of a refusal, compact as APNs sends it
// (observed: apns2#93). Reasons are words without anything to escape.
func appendReason(dst []byte, reason apns.Reason) []byte {
	dst = append(dst, `{"reason":"`...)
	dst = append(dst, reason...)
	return append(dst, `"}`...)
}

// appendRejection is appendReason with the timestamp of a 410: whole milliseconds
// since 1970, "Handling notification responses from APNs".
func appendRejection(dst []byte, rejection *apns.Rejection) []byte {
	dst = appendReason(dst, rejection.Reason)
	if rejection.Reason.Status() != 410 {
		return dst
	}
	dst = append(dst[:len(dst)-1], `,"timestamp":`...)
	dst = strconv.AppendInt(dst, rejection.Since.UnixMilli(), 10)
	return append(dst, '}')
}
