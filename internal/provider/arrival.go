package provider

import (
	"cmp"
	"slices"
	"unsafe"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// An arrival is what is kept of a request for readers of the journal: little
// more than references to what was there anyway. They are put into words when
// somebody reads.
type arrival struct {
	peer    *peer
	token   *providerauth.Token // the provider token, if it was good
	path    string
	odd     *oddity // nil for most
	passed  int16   // how many checks
	channel bool    // it is a broadcast
}

// An oddity is what only bad requests have.
type oddity struct {
	method     string
	credential *providerauth.Description // of a provider token that was no good
	tooLarge   bool
	overlooked []oversight // by the lenient mode
}

// A peer is what all requests of a connection have in common.
type peer struct {
	journal.Connection
	subject string // of its certificate; "" is none
	uid     string // of the same
	team    string // of the same
}

func newPeer(c *conn) *peer {
	p := &peer{subject: c.subject}
	p.Number, p.Remote = c.number, c.remote
	p.ServerName, p.Environment = c.serverName, c.env
	if c.identity != nil {
		p.uid, p.team = c.identity.Topic, c.identity.TeamID
	}
	return p
}

// take notes how r came, and returns what is kept of its headers.
func (a *arrival) take(r *request, fields []hpack.HeaderField) *journal.Headers {
	a.peer, a.passed, a.path, a.token = r.conn.peer, int16(r.passed), r.path, r.signed
	headers := r.conn.headers.of(fields, r.idValid && r.duplicate == "")
	unknown := r.signed == nil && r.conn.subject == "" && r.authorization.present
	if !unknown && r.method == usualMethod && !r.bodyTooLarge && r.pardon.overlooked == nil {
		return headers
	}
	a.odd = &oddity{method: r.method, tooLarge: r.bodyTooLarge, overlooked: r.pardon.overlooked}
	if unknown {
		a.odd.credential = providerauth.Describe(r.authorization.value)
	}
	return headers
}

// Connection implements [journal.Origin].
func (a *arrival) Connection() journal.Connection { return a.peer.Connection }

// Size implements [journal.Origin].
func (a *arrival) Size() int {
	size := len(a.path)
	if a.odd == nil {
		return size
	}
	size += len(a.odd.method)
	if d := a.odd.credential; d != nil {
		size += int(unsafe.Sizeof(*d)) + len(d.Shown) + len(d.Header) + len(d.Claims) + len(d.KeyID) + len(d.TeamID)
	}
	return size
}

// team is the one that the push belongs to: whose credentials came with it, or, of a
// provider token that was no good, which it names. Whoever sent it looks for the
// refusal there.
func (a *arrival) team(r *request) string {
	if r.teamID == "" && a.odd != nil && a.odd.credential != nil {
		return a.odd.credential.TeamID
	}
	return r.teamID
}

// usualMethod is that of pushes and broadcasts.
const usualMethod = "POST"

// A headerMemo is the headers of a connection's last request. Most requests
// have the same ones but for apns-id, and share them.
type headerMemo struct{ last *journal.Headers }

// of returns fields as they are kept: without authorization, which is a secret,
// and, if it is known otherwise, without apns-id.
func (m *headerMemo) of(fields []hpack.HeaderField, idKnown bool) *journal.Headers {
	if m.last != nil && slices.EqualFunc(m.last.Fields, fields, func(h journal.Header, f hpack.HeaderField) bool {
		return h.Name == f.Name && (h.Value == f.Value || h.Value == "" && leftOut(f.Name, idKnown))
	}) {
		return m.last
	}
	kept := make([]journal.Header, len(fields))
	for i, f := range fields {
		kept[i].Name = f.Name
		if !leftOut(f.Name, idKnown) {
			kept[i].Value = f.Value
		}
	}
	m.last = &journal.Headers{Fields: kept}
	return m.last
}

func leftOut(name string, idKnown bool) bool {
	return name == apns.HeaderAuthorization || idKnown && name == apns.HeaderID
}

// Describe puts the arrival into words.
func (a *arrival) Describe(r *journal.Record) *journal.Exchange {
	x := a.exchange(r)
	x.Checks = a.ladder(&sight{arrival: a, exchange: x, record: r}, r)
	return x
}

// exchange is the request, without the checks.
func (a *arrival) exchange(r *journal.Record) *journal.Exchange {
	x := &journal.Exchange{Method: usualMethod, Path: a.path, Credential: a.who(r), Connection: a.peer.Connection}
	if a.odd != nil {
		x.Method = a.odd.method
	}
	x.Headers = slices.Clone(r.Headers())
	for i := range x.Headers {
		h := &x.Headers[i]
		switch {
		case h.Value != "":
		case h.Name == apns.HeaderAuthorization:
			h.Value = a.authorization()
		case h.Name == apns.HeaderID:
			h.Value = r.Push.ID
		}
	}
	return x
}

// description is what may be shown of the provider token; nil if there was none.
func (a *arrival) description() *providerauth.Description {
	if a.token != nil {
		return a.token.Describe()
	}
	if a.odd != nil {
		return a.odd.credential
	}
	return nil
}

// authorization stands in the place of a header that nobody gets to read.
func (a *arrival) authorization() string {
	if d := a.description(); d != nil {
		return d.Shown
	}
	return "…" // with a certificate, it was not looked at
}

func (a *arrival) who(r *journal.Record) journal.Credential {
	d := a.description()
	switch {
	case a.peer.subject != "":
		return journal.Credential{Kind: journal.Certificate, TeamID: a.peer.team, Subject: a.peer.subject, UID: a.peer.uid}
	case d == nil || d.Fingerprint == "":
		return journal.Credential{Kind: journal.NoCredential}
	}
	who := journal.Credential{
		Kind: journal.ProviderToken, KeyID: d.KeyID, Header: d.Header, Claims: d.Claims,
		Notes: d.Notes, IssuedAt: d.IssuedAt, Fingerprint: d.Fingerprint,
	}
	if a.token != nil {
		who.TeamID = a.token.TeamID
	}
	if !d.IssuedAt.IsZero() {
		who.Age = r.Received().Sub(d.IssuedAt)
	}
	return who
}

// overlooked reports whether the lenient mode has overlooked that a check failed, and
// why it did.
func (a *arrival) overlooked(check int) (why string, ok bool) {
	if a.odd == nil {
		return "", false
	}
	for _, o := range a.odd.overlooked {
		if o.check == check {
			return o.why, true
		}
	}
	return "", false
}

// ladder is what became of each check.
func (a *arrival) ladder(s *sight, r *journal.Record) []journal.Check {
	var ladder []journal.Check
	rung := func(name string, seen func(*sight) string) {
		check := journal.Check{Name: name}
		switch at := len(ladder); {
		case at > int(a.passed):
			check.Result = journal.NotReached
		case at == int(a.passed) && r.Refusal != nil:
			check.Result, check.Detail = journal.Failed, cmp.Or(r.Refusal.Detail, string(r.Refusal.Reason))
		}
		if why, ok := a.overlooked(len(ladder)); ok {
			check.Result, check.Detail = journal.Failed, "overlooked in lenient mode: "+why
		}
		if check.Result != journal.NotReached && seen != nil {
			check.Seen = seen(s)
		}
		ladder = append(ladder, check)
	}
	if a.channel {
		for i := range publishChecks {
			rung(publishChecks[i].name, publishChecks[i].seen)
		}
	} else {
		for i := range defaultChecks {
			rung(defaultChecks[i].name, defaultChecks[i].seen)
		}
	}
	rung("taken over for delivery", nil)
	return ladder
}
