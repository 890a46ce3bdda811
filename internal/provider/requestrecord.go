package provider

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A requestRecord is what the history keeps of a request. Most of it are references to
// what exists anyway; it is put into words when it is read.
type requestRecord struct {
	conn          *connRecord
	providerToken *providerauth.Token // nil if there was no valid one
	path          string
	extras        *recordExtras // nil for most
	passed        int16         // number of checks passed
	broadcast     bool          // not a push
}

// recordExtras are kept only of requests that are unusual.
type recordExtras struct {
	method       string
	credential   *providerauth.Description // of an invalid provider token
	bodyTooLarge bool
	ignored      []ignoredFailure // with Config.AcceptUnknown
}

// A connRecord is what all requests of a connection have in common in the history.
type connRecord struct {
	journal.Connection
	subject string // of its certificate; "" is none
	uid     string // of the same
	team    string // of the same
}

func newConnRecord(c *conn) *connRecord {
	p := &connRecord{subject: c.certificateSubject}
	p.Number, p.Remote = c.number, c.remote
	p.ServerName, p.Environment = c.serverName, c.env
	if c.identity != nil {
		p.uid, p.team = c.identity.Topic, c.identity.TeamID
	}
	return p
}

// fill takes what is kept of r, and returns what is kept of its headers.
func (a *requestRecord) fill(r *request) *journal.Headers {
	a.conn, a.passed, a.path, a.providerToken = r.conn.record, int16(r.passed), r.path, r.providerToken
	headers := r.conn.headerCache.keep(r.stream.Fields, r.idValid && r.duplicateHeader == "")
	unknown := r.providerToken == nil && r.conn.certificateSubject == "" && r.authorizationHeader.present
	if !unknown && r.method == pushMethod && !r.bodyTooLarge && r.ignored.failures == nil {
		return headers
	}
	a.extras = &recordExtras{method: r.method, bodyTooLarge: r.bodyTooLarge, ignored: r.ignored.failures}
	if unknown {
		a.extras.credential = providerauth.Describe(r.authorizationHeader.value)
		// The provider looks for the rejection in the history of the team that it claims.
		r.notification.TeamID = cmp.Or(r.teamID, a.extras.credential.TeamID)
	}
	return headers
}

// Connection implements [journal.Request].
func (a *requestRecord) Connection() journal.Connection { return a.conn.Connection }

// Size implements [journal.Request].
func (a *requestRecord) Size() int {
	size := len(a.path)
	if a.extras == nil {
		return size
	}
	size += len(a.extras.method)
	if d := a.extras.credential; d != nil {
		size += int(unsafe.Sizeof(*d)) + len(d.Shown) + len(d.Header) + len(d.Claims) + len(d.KeyID) + len(d.TeamID)
	}
	return size
}

// A headerCache has the headers of the last request of a connection. Most requests
// have the same headers except for apns-id, and share them in memory.
type headerCache struct{ last *journal.Headers }

// keep returns the fields as the history keeps them: without authorization, which is a
// secret, and without apns-id if idKnown, since the ID is kept elsewhere.
func (m *headerCache) keep(fields []hpack.HeaderField, idKnown bool) *journal.Headers {
	if m.last != nil && slices.EqualFunc(m.last.Fields, fields, func(h journal.Header, f hpack.HeaderField) bool {
		return h.Name == f.Name && (h.Value == f.Value || h.Value == "" && omitted(f.Name, idKnown))
	}) {
		return m.last
	}
	kept := make([]journal.Header, len(fields))
	for i, f := range fields {
		kept[i].Name = f.Name
		if !omitted(f.Name, idKnown) {
			kept[i].Value = f.Value
		}
	}
	m.last = &journal.Headers{Fields: kept}
	return m.last
}

func omitted(name string, idKnown bool) bool {
	return name == apns.HeaderAuthorization || idKnown && name == apns.HeaderID
}

// Describe implements [journal.Request].
func (a *requestRecord) Describe(r *journal.Record) *journal.RequestRecord {
	x := a.describeRequest(r)
	x.Checks = a.checkResults(&recordView{requestRecord: a, request: x, record: r}, r)
	return x
}

// describeRequest describes the request without its checks.
func (a *requestRecord) describeRequest(r *journal.Record) *journal.RequestRecord {
	x := &journal.RequestRecord{Method: pushMethod, Path: a.path, Credential: a.credential(r), Connection: a.conn.Connection}
	if a.extras != nil {
		x.Method = a.extras.method
	}
	x.Headers = slices.Clone(r.Headers())
	for i := range x.Headers {
		h := &x.Headers[i]
		switch {
		case h.Value != "":
		case h.Name == apns.HeaderAuthorization:
			h.Value = a.shownAuthorization()
		case h.Name == apns.HeaderID:
			h.Value = r.Push.ID
		}
	}
	return x
}

// description returns what may be shown of the provider token; nil if there was none.
func (a *requestRecord) description() *providerauth.Description {
	if a.providerToken != nil {
		return a.providerToken.Describe()
	}
	if a.extras != nil {
		return a.extras.credential
	}
	return nil
}

// shownAuthorization is shown in place of the authorization header.
func (a *requestRecord) shownAuthorization() string {
	if d := a.description(); d != nil {
		return d.Shown
	}
	return "…" // with a certificate, it was not looked at
}

// credential describes the credentials of the request.
func (a *requestRecord) credential(r *journal.Record) journal.Credential {
	d := a.description()
	switch {
	case a.conn.subject != "":
		return journal.Credential{Kind: journal.Certificate, TeamID: a.conn.team, Subject: a.conn.subject, UID: a.conn.uid}
	case d == nil || d.Fingerprint == "":
		return journal.Credential{Kind: journal.NoCredential}
	}
	who := journal.Credential{
		Kind: journal.ProviderToken, KeyID: d.KeyID, Header: d.Header, Claims: d.Claims,
		Notes: d.Notes, IssuedAt: d.IssuedAt, Fingerprint: d.Fingerprint,
	}
	if a.providerToken != nil {
		who.TeamID = a.providerToken.TeamID
	}
	if !d.IssuedAt.IsZero() {
		who.Age = r.Received().Sub(d.IssuedAt)
	}
	return who
}

// ignoredDetail returns why a check failed, if it failed and Config.AcceptUnknown ignored
// that.
func (a *requestRecord) ignoredDetail(check int) (detail string, ok bool) {
	if a.extras == nil {
		return "", false
	}
	for _, o := range a.extras.ignored {
		if o.check == check {
			return o.detail, true
		}
	}
	return "", false
}

// checkResults returns the result of each check, in order.
func (a *requestRecord) checkResults(s *recordView, r *journal.Record) []journal.Check {
	var results []journal.Check
	add := func(name string, describe func(*recordView) string) {
		check := journal.Check{Name: name}
		switch at := len(results); {
		case at > int(a.passed):
			check.Result = journal.NotReached
		case at == int(a.passed) && r.Rejection != nil:
			check.Result, check.Detail = journal.Failed, cmp.Or(r.Rejection.Detail, string(r.Rejection.Reason))
		}
		if detail, ok := a.ignoredDetail(len(results)); ok {
			check.Result, check.Detail = journal.Failed, "ignored because of --accept-unknown: "+detail
		}
		if check.Result != journal.NotReached && describe != nil {
			check.Seen = describe(s)
		}
		results = append(results, check)
	}
	if a.broadcast {
		for i := range broadcastChecks {
			add(broadcastChecks[i].name, broadcastChecks[i].describe)
		}
	} else {
		for i := range pushChecks {
			add(pushChecks[i].name, pushChecks[i].describe)
		}
	}
	add("accepted by the broker", nil)
	return results
}

// A recordView is a requestRecord with the two records it belongs to. The
// functions below describe what a check has looked at; "" is nothing.
type recordView struct {
	*requestRecord
	request *journal.RequestRecord
	record  *journal.Record
}

// describeHeader describes a header by its value.
func describeHeader(name string) func(*recordView) string {
	return func(s *recordView) string {
		for _, h := range s.request.Headers {
			if h.Name == name {
				return shown(h.Value)
			}
		}
		return ""
	}
}

// shown shortens text that is in the record in full.
func shown(text string) string {
	const most = 256
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func describePath(s *recordView) string   { return shown(s.path) }
func describeMethod(s *recordView) string { return s.request.Method }
func describeRoute(s *recordView) string  { return s.request.Method + " " + shown(s.path) }

func describeCredential(s *recordView) string {
	who := &s.request.Credential
	switch who.Kind {
	case journal.Certificate:
		return who.Subject
	case journal.ProviderToken:
		token := s.description()
		if who.IssuedAt.IsZero() {
			return "provider token " + who.Fingerprint
		}
		return fmt.Sprintf("provider token %s of team %s by key %s, %v old", who.Fingerprint, token.TeamID, who.KeyID, who.Age.Round(1e9))
	}
	return ""
}

// describeConnection shows what a connection is bound to.
func describeConnection(s *recordView) string {
	who := &s.request.Credential
	if who.KeyID == "" {
		return ""
	}
	return fmt.Sprintf("connection %d, team %s, key %s", s.request.Connection.Number, who.TeamID, who.KeyID)
}

func describeDeviceToken(s *recordView) string {
	text, _ := strings.CutPrefix(s.path, devicePath)
	return shown(text)
}

func describePriority(s *recordView) string {
	return strings.TrimSpace(fmt.Sprintf("%s %d", s.record.Push.PushType, s.record.Push.Priority))
}

func describePayload(s *recordView) string {
	if s.extras != nil && s.extras.bodyTooLarge {
		return "more than the limit"
	}
	return fmt.Sprintf("%d bytes", len(s.record.Push.Payload))
}

func describeTopic(s *recordView) string { return shown(s.record.Push.Topic) }

func describePushType(s *recordView) string {
	return strings.TrimSpace(shown(string(s.record.Push.PushType)) + " " + describeTopic(s))
}

func describeDevice(s *recordView) string {
	if s.record.Device == (apns.DeviceID{}) {
		return ""
	}
	return s.record.Device.String()
}
