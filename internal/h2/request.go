package h2

import (
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// A pseudo is a set of pseudo-header fields.
type pseudo uint8

const (
	pseudoMethod pseudo = 1 << iota
	pseudoScheme
	pseudoPath
	pseudoAuthority
)

// onField handles a decoded field of the current block.
func (c *Conn) onField(f hpack.HeaderField) {
	b := &c.block
	b.listSize += f.Size() // 32 octets more than the text. https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2
	if b.listSize > c.cfg.MaxHeaderListSize {
		b.tooLarge = true
	}
	if b.tooLarge || b.malformed != "" {
		c.dec.mute()
		return
	}
	switch {
	case strings.HasPrefix(f.Name, ":"):
		b.malformed = c.onPseudo(f)
	default:
		b.regularSeen = true
		b.malformed = c.onRegular(f)
	}
	if b.malformed != "" {
		b.badField = f
	}
}

// onPseudo handles a pseudo-header field and returns the rule that it breaks.
func (c *Conn) onPseudo(f hpack.HeaderField) string {
	b, s := &c.block, c.next
	if b.kind == blockTrailers {
		// "Pseudo-header fields MUST NOT appear in a trailer section."
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.1
		return "pseudo-header field " + strconv.Quote(f.Name) + " in trailers"
	}
	if b.regularSeen {
		// "All pseudo-header fields MUST appear in a field block before all regular
		// field lines." https://www.rfc-editor.org/rfc/rfc9113#section-8.3 The text is that
		// of APNs. observed: inaka/apns4erl#211, ostinelli/apnotic#68
		return "Pseudo-header field '" + f.Name + "' found after regular header."
	}
	var which pseudo
	switch f.Name {
	case ":method":
		which, s.Method = pseudoMethod, f.Value
	case ":scheme":
		which, s.Scheme = pseudoScheme, f.Value
	case ":path":
		which, s.Path = pseudoPath, f.Value
	case ":authority":
		which, s.Authority = pseudoAuthority, f.Value
	default:
		// "Endpoints MUST treat a request or response that contains undefined or invalid
		// pseudo-header fields as malformed."
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.3
		return "unknown pseudo-header field " + strconv.Quote(f.Name)
	}
	if b.pseudoSeen&which != 0 {
		// "The same pseudo-header field name MUST NOT appear more than once in a field
		// block." https://www.rfc-editor.org/rfc/rfc9113#section-8.3
		return "pseudo-header field " + f.Name + " twice"
	}
	b.pseudoSeen |= which
	if !validValue(f.Value) {
		return "bad value of " + f.Name
	}
	return ""
}

// onRegular handles a regular field and returns the rule that it breaks.
func (c *Conn) onRegular(f hpack.HeaderField) string {
	if !validName(f.Name) {
		return "bad field name " + strconv.Quote(f.Name)
	}
	if !validValue(f.Value) {
		return "bad value of " + f.Name
	}
	s := c.next
	switch f.Name {
	case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
		// "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific
		// header fields." https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2
		return "connection-specific field " + f.Name
	case "te":
		// "When it is, it MUST NOT contain any value other than 'trailers'."
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2
		if f.Value != "trailers" {
			return "te other than trailers"
		}
	}
	if c.block.kind == blockTrailers {
		return ""
	}
	switch f.Name {
	case "content-length":
		n, err := strconv.ParseUint(f.Value, 10, 63)
		if err != nil || s.contentLength >= 0 && s.contentLength != int64(n) {
			return "bad content-length"
		}
		s.contentLength = int64(n)
	case "host":
		// Samples of Apple and aioapns send host instead of :authority.
		if s.Authority == "" {
			s.Authority = f.Value
		}
	}
	s.Fields = append(s.Fields, f)
	return ""
}

// checkRequest checks the fields of a complete request.
func (c *Conn) checkRequest(s *Stream) {
	b := &c.block
	if b.malformed != "" || b.tooLarge {
		return
	}
	switch {
	case b.dependsOnItself:
		// "A stream cannot depend on itself."
		// https://www.rfc-editor.org/rfc/rfc7540#section-5.3.1
		b.malformed = "stream depends on itself"
	case b.pseudoSeen&pseudoMethod == 0 || s.Method == "":
		b.malformed = "no :method"
	case s.Method == http.MethodConnect:
		if b.pseudoSeen != pseudoMethod|pseudoAuthority {
			// "The ':scheme' and ':path' pseudo-header fields MUST be omitted."
			// https://www.rfc-editor.org/rfc/rfc9113#section-8.5
			b.malformed = "CONNECT with :scheme or :path, or without :authority"
		}
	case b.pseudoSeen&pseudoScheme == 0 || s.Scheme == "":
		b.malformed = "no :scheme"
	case b.pseudoSeen&pseudoPath == 0 || s.Path == "":
		// "This pseudo-header field MUST NOT be empty for 'http' or 'https' URIs."
		// https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1
		b.malformed = "no :path"
	}
}
