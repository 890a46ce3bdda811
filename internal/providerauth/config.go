package providerauth

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A Scope says over what the updates of provider tokens are counted.
type Scope uint8

const (
	// ScopeConnection counts the updates of each connection by itself, as Apple documents
	// it:
	// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
	// It is the default.
	ScopeConnection Scope = iota
	// ScopeKey counts the updates of each key over all connections, as teams
	// of workers that sign tokens of their own have seen it (observed:
	// codedge-llc/pigeon#226, sideshow/apns2#132).
	ScopeKey
	// ScopeSource counts the updates of each source address over all
	// connections, those to tokens that are no good included: the third token
	// of an address within the window is rejected, valid or not, and
	// another address starts again (observed: Apple forum 770438).
	ScopeSource
)

// The figures of a Config that does not say otherwise.
const (
	DefaultMaxAge       = time.Hour
	DefaultMaxFuture    = time.Hour
	DefaultUpdateWindow = 20 * time.Minute
)

// Config sets the rules of a [Registry]. The zero value has Apple's.
type Config struct {
	// Clock tells the time for the age of tokens; nil is the machine's.
	Clock *clock.Clock

	// Spaces has the teams that live in a space of their own, with a clock of
	// their own; nil means that none does.
	Spaces *space.Registry

	// Strict rejects provider tokens that a JOSE library would reject but APNs
	// accepts: those that need a [Tolerance] not marked Standard.
	Strict bool

	// MaxAge is how long after its iat a provider token is good; 0 is 60 minutes. Older
	// ones are refused:
	// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
	MaxAge time.Duration

	// MaxFuture is how far iat may lie ahead of the clock; 0 is one hour,
	// negative is any distance. Apple documents "within one hour of now" and
	// no reason of its own for the future; clients whose clock is off by about
	// an hour see ExpiredProviderToken (observed: node-apn/node-apn#450), and so do
	// those beyond MaxFuture here.
	MaxFuture time.Duration

	// UpdateScope says over what UpdateWindow counts.
	UpdateScope Scope

	// UpdateWindow is the time in which a provider may change its token once;
	// 0 is 20 minutes, negative allows any number of changes.
	UpdateWindow time.Duration

	// LateTopics lets a connection push to a topic that its team received after the
	// connection's first push. Apple rejects such pushes until the provider opens a new connection:
	// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
	LateTopics bool

	// DocumentedKeyReason spells the reason for a key of the other environment
	// BadEnvironmentKeyIdInToken, as Apple's pages do, instead of
	// BadEnvironmentKeyInToken, as its servers do (observed: kylebrowning/APNSwift#229).
	DocumentedKeyReason bool

	// CachedVerdicts is the size of the cache of verified tokens; 0 is 4096.
	CachedVerdicts int
}

// withDefaults replaces zero fields by their defaults.
func (c Config) withDefaults() Config {
	if c.MaxAge == 0 {
		c.MaxAge = DefaultMaxAge
	}
	if c.MaxFuture == 0 {
		c.MaxFuture = DefaultMaxFuture
	}
	if c.UpdateWindow == 0 {
		c.UpdateWindow = DefaultUpdateWindow
	}
	if c.CachedVerdicts <= 0 {
		c.CachedVerdicts = 4096
	}
	return c
}

// wrongEnvironment returns the reason for a key of the other environment.
func (c *Config) wrongEnvironment() apns.Reason {
	if c.DocumentedKeyReason {
		return apns.BadEnvironmentKeyIdInToken
	}
	return apns.BadEnvironmentKeyInToken
}
