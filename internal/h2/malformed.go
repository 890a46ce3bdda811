package h2

import "golang.org/x/net/http2"

// malformed returns the error of a malformed request. "Malformed requests or responses
// that are detected MUST be treated as a stream error of type PROTOCOL_ERROR."
// https://www.rfc-editor.org/rfc/rfc9113#section-8.1.1
// "An endpoint MAY choose to treat a stream error as a connection error."
// https://www.rfc-editor.org/rfc/rfc9113#section-5.4.2
func (c *Conn) malformed(id uint32, reason string) error {
	if c.cfg.MalformedEnds {
		return connErrorOn(id, http2.ErrCodeProtocol, reason)
	}
	return streamError(id, http2.ErrCodeProtocol, reason)
}
