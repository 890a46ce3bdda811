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
	fields := append(c.fields[:0], idField(apns.HeaderID, n.ID))
	if n.UniqueID != "" {
		fields = append(fields, idField(apns.HeaderUniqueID, n.UniqueID))
	}
	c.restoreStreams(s.Conn())
	c.send(s, 200, nil, fields)
}

// refuse is the one place where a refusal becomes bytes. The id of the request
// goes into idHeader, the apns-id of a push or the apns-request-id of a request
// about channels. A refused push has no
// apns-unique-id (observed: uniqush-push live probe of the sandbox).
func (c *conn) refuse(s *h2.Stream, idHeader, id string, refusal *apns.Rejection) {
	fields := append(c.fields[:0], idField(idHeader, id))
	if c.server.cfg.ErrorContentType {
		fields = append(fields, hpack.HeaderField{Name: "content-type", Value: "application/json"})
	}
	hc := s.Conn()
	c.lowerStreams(hc, refusal.Reason)
	c.body = appendRefusal(c.body[:0], refusal)
	c.send(s, refusal.Reason.Status(), c.body, fields)
	c.leave(hc, refusal.Reason)
	c.blame(hc, refusal.Reason)
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

// appendRefusal is appendReason with the timestamp of a 410: whole milliseconds
// since 1970, "Handling notification responses from APNs".
func appendRefusal(dst []byte, refusal *apns.Rejection) []byte {
	dst = appendReason(dst, refusal.Reason)
	if refusal.Reason.Status() != 410 {
		return dst
	}
	dst = append(dst[:len(dst)-1], `,"timestamp":`...)
	dst = strconv.AppendInt(dst, refusal.Since.UnixMilli(), 10)
	return append(dst, '}')
}
