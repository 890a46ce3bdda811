package provider

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/netconn"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// The causes of failures: what became of a request or a connection that never became
// a push. Rejected requests of channel management have the reason as their cause, and
// so have connections with a certificate for the other environment.
const (
	failedHandshake          = "tls-handshake"        // TLS failed
	failedNoTLS              = "no-tls"               // the client does not speak TLS
	failedTooManyConnections = "too-many-connections" // above Config.MaxConnections
	failedReset              = "stream-reset"         // RST_STREAM after a violation of HTTP/2
	failedRefused            = "stream-refused"       // REFUSED_STREAM, above the limit of streams
	failedHeaders            = "headers-too-large"    // 431
	failedIncomplete         = "request-incomplete"   // the connection ended within the request
	failedConnection         = "connection-error"     // GOAWAY after a violation of HTTP/2
	failedByClient           = "client-error"         // the client's GOAWAY has an error code
	failedNoHTTP2            = "no-http2"             // usually an HTTP/1.1 client
	failedMisdirected        = "misdirected"          // 421
)

// failureCauses are the causes of the kinds of failures of HTTP/2.
var failureCauses = map[h2.FailureKind]string{
	h2.StreamReset:       failedReset,
	h2.StreamRefused:     failedRefused,
	h2.HeadersTooLarge:   failedHeaders,
	h2.RequestIncomplete: failedIncomplete,
	h2.ConnectionEnded:   failedConnection,
	h2.PeerEnded:         failedByClient,
	h2.NotHTTP2:          failedNoHTTP2,
}

// A failure is the record of a request or a connection that failed before it was a
// push. No check has looked at it.
type failure struct{ requestRecord }

// Describe implements [journal.Request].
func (f *failure) Describe(r *journal.Record) *journal.RequestRecord { return f.describeRequest(r) }

// recordFailure records a failed request or connection; e has its cause.
func (s *Server) recordFailure(p *connRecord, r *h2.Failure, e journal.Event) {
	if s.cfg.Journal == nil {
		return
	}
	f := &failure{requestRecord{conn: p, path: shown(r.Path), passed: notReached, extras: &recordExtras{method: shown(r.Method)}}}
	n := failedNotification(r)
	n.Environment, n.TeamID = p.Environment, p.team
	if authorization, ok := valueOf(r.Fields, apns.HeaderAuthorization); ok && p.subject == "" {
		f.extras.credential = providerauth.Describe(authorization)
		n.TeamID = f.extras.credential.TeamID
	}
	e.Kind, e.At = journal.Failure, cmp.Or(s.cfg.Spaces.Clock(s.cfg.Spaces.ForTeam(n.TeamID)), s.cfg.Clock).Now()
	e.Detail = shownDetail(e.Detail)
	e.Trace = &journal.Trace{Push: n, Request: f, Headers: failedHeaderFields(r.Fields)}
	s.cfg.Journal.Record(e)
}

// failedNotification returns the push that a failed request would have been, as far as
// it was read.
func failedNotification(r *h2.Failure) *apns.Notification {
	n := &apns.Notification{Expiration: apns.DefaultExpiration}
	for name, to := range map[string]*string{
		apns.HeaderID: &n.ID, apns.HeaderTopic: &n.Topic, apns.HeaderCollapseID: &n.CollapseID, apns.HeaderChannelID: &n.Channel,
		apns.HeaderPushType: (*string)(&n.PushType),
	} {
		value, _ := valueOf(r.Fields, name)
		*to = shown(value)
	}
	if token, err := apns.ParseDeviceToken(strings.TrimPrefix(r.Path, devicePath)); err == nil {
		n.Token = token
	}
	return n
}

func valueOf(fields []hpack.HeaderField, name string) (value string, ok bool) {
	for i := range fields {
		if fields[i].Name == name {
			return fields[i].Value, true
		}
	}
	return "", false
}

// maxFailedHeaders is how many fields are kept of a failed request.
const maxFailedHeaders = 64

// failedHeaderFields returns what is kept of the headers of a failed request,
// shortened and without what may be a secret: the headers may be why it failed, and
// there may be many.
func failedHeaderFields(fields []hpack.HeaderField) *journal.Headers {
	kept := make([]journal.Header, min(len(fields), maxFailedHeaders))
	for i := range kept {
		kept[i].Name = shown(fields[i].Name)
		if !secret(&fields[i]) {
			kept[i].Value = shown(fields[i].Value)
		}
	}
	return &journal.Headers{Fields: kept}
}

// secret reports whether a field may hold credentials, however its name is written.
func secret(f *hpack.HeaderField) bool {
	name := strings.ToLower(strings.TrimSpace(f.Name))
	return strings.Contains(name, apns.HeaderAuthorization) || strings.HasPrefix(strings.ToLower(f.Value), "bearer")
}

// shownDetail shortens text of a peer.
func shownDetail(text string) string {
	const most = 1024
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// onFailure records a failure of HTTP/2. The reader of the connection calls it.
func (s *Server) onFailure(hc *h2.Conn, f *h2.Failure) {
	c := hc.Data().(*conn)
	e := journal.Event{Cause: failureCauses[f.Kind], Detail: f.Reason}
	if f.Kind == h2.HeadersTooLarge {
		e.Status = 431
	}
	if f.Kind == h2.StreamReset || f.Kind == h2.ConnectionEnded || f.Kind == h2.StreamRefused {
		e.Detail = f.Code.String() + ": " + f.Reason
	}
	if f.Field.Name != "" && !secret(&f.Field) {
		e.Detail += "; the header is " + quote(f.Field.Name) + ": " + quote(f.Field.Value)
	}
	if f.Served {
		e.Detail += "; the request was answered before"
	}
	s.recordFailure(c.recordFor(f.Authority), f, e)
}

// recordFor returns the record of a connection that may have had no request yet.
func (c *conn) recordFor(authority string) *connRecord {
	if c.started {
		return c.record
	}
	p := newConnRecord(c)
	p.Environment = c.environmentFor(authority)
	return p
}

// recordHandshake records a failed TLS handshake. A client that connects and sends
// nothing, such as a port probe, is not recorded.
func (s *Server) recordHandshake(ctx context.Context, nc net.Conn, tc *tls.Conn, err error) {
	state := tc.ConnectionState()
	if netconn.IsPortProbe(tc, err) || ctx.Err() != nil || errors.Is(err, netconn.ErrEnded) {
		return
	}
	c := &conn{server: s, serverName: state.ServerName, number: s.cfg.Journal.NextConnection(), remote: nc.RemoteAddr().String()}
	e := journal.Event{Cause: failedHandshake, Detail: err.Error()}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		e.Cause, e.Detail = failedNoTLS, "the client does not speak TLS: it began with "+quote(string(record.RecordHeader[:]))
	}
	s.recordFailure(c.recordFor(""), new(h2.Failure), e)
}

// recordTooManyConnections records a connection that was closed because of
// Config.MaxConnections.
func (s *Server) recordTooManyConnections(nc net.Conn) {
	c := &conn{server: s, number: s.cfg.Journal.NextConnection(), remote: nc.RemoteAddr().String()}
	s.recordFailure(c.recordFor(""), new(h2.Failure), journal.Event{
		Cause: failedTooManyConnections, Detail: "the connection was closed at once because --max-connections were open",
	})
}

// failureOf returns a request that was read as a failure.
func failureOf(stream *h2.Stream) *h2.Failure {
	return &h2.Failure{Method: stream.Method, Path: stream.Path, Authority: stream.Authority, Fields: stream.Fields}
}
