package providerauth

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A Binding is the state of the provider tokens of one connection. The first push with
// a valid token binds the connection to the token's team and to the scope of its key.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
//
// A Binding belongs to the goroutine that reads the connection.
type Binding struct {
	registry *Registry
	env      apns.Environment

	header string // the last valid authorization header
	token  *Token // and the token in it

	key        *keyEntry // of the first push; nil until there was one
	topicCount uint64    // number of topics known then

	ownUpdates     updateCounter  // of the tokens of key, or of team-scoped keys
	relatedUpdates updateCounter  // of the tokens of the key related to it
	sourceUpdates  *updateCounter // of all tokens of the peer's address; nil unless counted by address
	source         string         // that address

	topic    *Topic    // the last topic allowed
	topicKey *keyEntry // to the tokens of this key
	topicAt  uint64    // at this number of changes to the registry's apps
}

// NewBinding returns the binding of a new connection to env.
func (r *Registry) NewBinding(env apns.Environment) *Binding {
	return &Binding{registry: r, env: env}
}

// SetSource sets the address of the peer, without its port. [ScopeSource] requires it,
// before the first Verify.
func (b *Binding) SetSource(address string) {
	if b.registry.cfg.UpdateScope == ScopeSource {
		var forgotten map[string]*updateCounter
		b.sourceUpdates, forgotten = b.registry.sources.of(address)
		b.source = address
		b.registry.forgetSources(forgotten)
	}
}

// Bound reports whether a push with a valid token has bound the connection.
func (b *Binding) Bound() bool { return b.key != nil }

// Verify takes the token out of an authorization header and verifies it, as
// [ParseAuthorization] and [Registry.Verify] do. The header of the last request is
// recognized without work.
func (b *Binding) Verify(authorization string) (*Token, error) {
	if b.token != nil && authorization == b.header {
		if err := b.registry.checkEachUse(b.token, b.env); err != nil {
			return nil, err
		}
		return b.token, nil
	}
	raw, err := ParseAuthorization(authorization)
	if err != nil {
		return nil, err
	}
	token, err := b.registry.Verify(raw, b.env)
	if err != nil {
		return nil, b.countRejected(raw, err)
	}
	b.header, b.token = authorization, token
	return token, nil
}

// countRejected returns err, which rejects the token raw, unless the token is one
// update too many of its address.
func (b *Binding) countRejected(raw string, err error) error {
	if b.sourceUpdates == nil {
		return err
	}
	changed, tooMany := b.sourceUpdates.admit(digestOf(raw), nil, b.registry, nil)
	if tooMany != nil {
		return tooMany
	}
	if changed {
		b.saveUpdate(b.sourceUpdates, nil)
	}
	return err
}

// Admit decides whether a valid token may be used on this connection after
// those before it; the first one binds the connection. The error is an
// [apns.Rejection]: TooManyProviderTokenUpdates, InvalidProviderToken for
// another team's token, or UnrelatedKeyIdInToken.
func (b *Binding) Admit(t *Token) error {
	h := b.counterFor(t)
	if h.current.Load() == t { // shared by connections, so it is only read
		return b.checkKey(t)
	}
	changed, err := h.admit(t.digest, t, b.registry, b.checkKey)
	if changed {
		b.saveUpdate(h, t)
	}
	return err
}

// saveUpdate saves an update that is counted over more than this connection, before it is
// answered. The token is nil if it is invalid.
func (b *Binding) saveUpdate(h *updateCounter, t *Token) {
	switch {
	case b.registry.saver == nil:
	case h == b.sourceUpdates:
		b.registry.saveUpdate(h, state.TokenUpdate{Address: b.source})
	case t != nil && h == &t.key.updates:
		b.registry.saveUpdate(h, state.TokenUpdate{Team: t.TeamID, KeyID: t.KeyID})
	}
}

// counterFor returns the counter of the updates of t's key. On a connection, a key and
// the one related to it may alternate without an update.
func (b *Binding) counterFor(t *Token) *updateCounter {
	switch {
	case b.registry.cfg.UpdateScope == ScopeKey:
		return &t.key.updates
	case b.sourceUpdates != nil:
		return b.sourceUpdates
	case b.key != nil && b.key != t.key && b.related(t):
		return &b.relatedUpdates
	}
	return &b.ownUpdates
}

// checkKey compares the key of a token with the one that bound the connection; the
// first one binds it.
func (b *Binding) checkKey(t *Token) error {
	switch {
	case b.key == nil:
		b.bind(t)
		return nil
	case b.key == t.key:
		return nil
	case t.TeamID != b.key.TeamID:
		// observed: jchambers/pushy#437, AndrewBarba/apns2#90; Apple says it is an error.
		return invalid("the connection belongs to team %s since its first push; open another connection for team %s", b.key.TeamID, t.TeamID)
	case t.KeyID == b.key.ID, b.key.TeamScoped() && t.key.TeamScoped(), b.related(t):
		return nil
	}
	return apns.Reject(apns.UnrelatedKeyIdInToken,
		fmt.Sprintf("the connection began with key %s (%s) and key %s (%s) is not related to it; open another connection",
			b.key.ID, b.key.scope(), t.KeyID, t.key.scope()))
}

func (b *Binding) bind(t *Token) {
	b.registry.mu.RLock()
	defer b.registry.mu.RUnlock()
	b.key, b.topicCount = t.key, b.registry.topicCount
}

// related reports whether t's key is related to the key of the connection.
func (b *Binding) related(t *Token) bool {
	return t.TeamID == b.key.TeamID && b.key.relatedTo(&t.key.Key)
}

func (k *Key) scope() string {
	if k.TeamScoped() {
		return "team-scoped"
	}
	return "topic-specific"
}

// Topic returns the topic of that name if an admitted token may push to it on this
// connection. The error is an [apns.Rejection] with TopicDisallowed.
func (b *Binding) Topic(t *Token, name string) (*Topic, error) {
	changes := b.registry.appChanges.Load()
	if b.topic != nil && b.topic.Name == name && b.topicKey == t.key && b.topicAt == changes {
		return b.topic, nil
	}
	topic := b.registry.Lookup(t.TeamID, name)
	if err := b.topicAllowed(t, topic, name); err != nil {
		return nil, err
	}
	b.topic, b.topicKey, b.topicAt = topic, t.key, changes
	return topic, nil
}

func (b *Binding) topicAllowed(t *Token, topic *Topic, name string) error {
	switch {
	case topic == nil:
		return disallowed("no app of team %s has topic %s", t.TeamID, quote(name))
	case topic.TeamID != t.TeamID:
		return disallowed("topic %s does not belong to team %s", name, t.TeamID)
	case !t.key.covers(topic):
		return disallowed("key %s is topic-specific and %s is not among its topics", t.KeyID, name)
	case b.key != nil && topic.order >= b.topicCount && !b.registry.cfg.LateTopics:
		// Topics added to the team later are an error until the provider reconnects:
		// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
		return disallowed("topic %s was added after this connection's first push; open a new connection", name)
	}
	return nil
}

func disallowed(format string, args ...any) *apns.Rejection {
	return apns.Reject(apns.TopicDisallowed, fmt.Sprintf(format, args...))
}
