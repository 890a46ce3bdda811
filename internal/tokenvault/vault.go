package tokenvault

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
)

// MinLength is the shortest token, in bytes: a record and its check. It is
// also the length of the tokens on real devices, and some providers insist on
// it.
const MinLength = recordSize + sivSize

// maxPlain is the longest input to the encryption.
const maxPlain = apns.MaxDeviceToken - sivSize

// ErrNotIssued says that a token was not made by this vault. That includes a token of an
// epoch that the vault does not know: an earlier vault with the same keys made it, and its
// retirements were not kept, so that nobody knows whether the token is still valid. A
// device that presents such a base token is given a new one, as with any token
// that cannot be decrypted.
var ErrNotIssued = errors.New("the token was not issued by this simulator")

// Config is what a vault is made from. The zero value is a vault of its own
// with tokens of 32 bytes.
type Config struct {
	// Secrets are the secrets of the device-token keys, newest first, of
	// [SecretSize] bytes each. The first one encrypts, all of them decrypt. None
	// means one random secret.
	Secrets [][]byte
	// Length of the tokens issued, in bytes, from [MinLength] to
	// [apns.MaxDeviceToken]; zero means MinLength. Tokens of any length are decrypted.
	Length int
	// Cache is the number of decrypted tokens that are cached, so that the next push
	// to one needs no decryption; zero means [DefaultCache]. It is rounded up
	// to eight times a power of two.
	Cache int
	// Delay is the time between retirement and report; zero reports at once. It does not delay [Vault.ExpireApp].
	Delay Delay
	// Clock tells when a retirement happened; nil is real time.
	Clock *clock.Clock
	// Spaces has the devices that live in a space of their own, with a clock of
	// their own; nil means that none does.
	Spaces *space.Registry
	// Saver saves retirements before they count; nil keeps them in memory. Retirements are
	// those that were saved before, those of a device in the order of their epochs.
	Saver       *state.Saver
	Retirements []state.Retirement
}

// A Vault issues, decrypts and retires device tokens. Its methods may be called
// from any goroutine.
type Vault struct {
	length      int
	clock       *clock.Clock
	spaces      *space.Registry
	cache       *cache
	retirements registry
	delays      *delayer
	saver       *state.Saver // may be nil

	rotating sync.Mutex                        // held while keys is being replaced
	keys     atomic.Pointer[[]*deviceTokenKey] // newest first; a list is never changed
}

// New returns a vault. It fails on a secret or a length that cannot be used.
func New(cfg Config) (*Vault, error) {
	length := cfg.Length
	if length == 0 {
		length = MinLength
	}
	if length < MinLength || length > apns.MaxDeviceToken {
		return nil, fmt.Errorf("token length %d is not between %d and %d", length, MinLength, apns.MaxDeviceToken)
	}
	size := cfg.Cache
	if size == 0 {
		size = DefaultCache
	}
	if size < 0 {
		return nil, fmt.Errorf("cache size %d is negative; use 0 for the default", size)
	}
	if err := cfg.Delay.check(); err != nil {
		return nil, err
	}
	v := &Vault{length: length, clock: cfg.Clock, spaces: cfg.Spaces, cache: newCache(size), delays: newDelayer(cfg.Delay), saver: cfg.Saver}
	v.keys.Store(new([]*deviceTokenKey))
	secrets := cfg.Secrets
	if len(secrets) == 0 {
		secrets = [][]byte{NewSecret()}
	}
	for i, secret := range slices.Backward(secrets) {
		if err := v.addKey(secret); err != nil {
			return nil, fmt.Errorf("read secret %d of %d: %w", i+1, len(secrets), err)
		}
	}
	return v, v.restore(cfg.Retirements)
}

// NewSecret returns a random secret, as [Vault.Rotate] takes it.
func NewSecret() []byte {
	secret := make([]byte, SecretSize)
	rand.Read(secret) // never fails: crypto/rand
	return secret
}

// Issue returns the token of an app on a device, or the base token of the device if topic is
// nil. It is the same token every time, until a retirement or a rotation. It panics on a
// user above [MaxUser].
//
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/APNSOverview.html
func (v *Vault) Issue(a Address, topic *apns.TopicHash) apns.DeviceToken {
	a.mustFit()
	r := tokenRecord{Address: a, base: topic == nil}
	if topic != nil {
		r.tag = Tag(*topic)
	}
	r.epoch = v.retirements.current(&r)
	return apns.DeviceToken((*v.keys.Load())[0].encrypt(&r, v.length))
}

// Decrypt decrypts a token. Its only error is [ErrNotIssued]; a retired token is decrypted, and its
// claims say when it was retired. "APNs decrypts the token with the token key."
//
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/APNSOverview.html
func (v *Vault) Decrypt(token []byte) (Claims, error) {
	o := v.read(token)
	if o == nil {
		return Claims{}, ErrNotIssued
	}
	return v.claims(o)
}

// read returns the content of a token, from the cache or by decrypting it. It returns nil
// for a token that was not made by this vault.
func (v *Vault) read(token []byte) *decrypted {
	if len(token) < MinLength || len(token) > apns.MaxDeviceToken {
		return nil
	}
	o := v.cache.get(token)
	if o == nil {
		if o = v.tryKeys(token); o != nil {
			v.cache.put(o)
		}
	}
	return o
}

// tryKeys tries every key, the newest first. It returns nil if none decrypts the
// token.
func (v *Vault) tryKeys(token []byte) *decrypted {
	for _, key := range *v.keys.Load() {
		if r, ok := key.decrypt(token); ok {
			return &decrypted{token: string(token), record: r, key: key.number}
		}
	}
	return nil
}

// claims adds the retirement to a decrypted token.
func (v *Vault) claims(o *decrypted) (Claims, error) {
	end, issued := v.retirements.status(&o.record)
	if !issued {
		return Claims{}, ErrNotIssued
	}
	return Claims{
		Address:  o.record.Address,
		Base:     o.record.base,
		Tag:      o.record.tag,
		Epoch:    o.record.epoch,
		Retired:  end.at,
		Reported: end.reported,
		Expired:  end.expired,
		Key:      len(*v.keys.Load()) - 1 - o.key,
	}, nil
}

// RetireApp retires the tokens of one app of one user, as when the app is uninstalled. The
// app's next token is a different one. The retirement is reported after the [Delay].
func (v *Vault) RetireApp(a Address, topic TopicTag) {
	now := v.now(a.Device)
	v.endApp(a, topic, retirement{at: now, reported: v.delays.after(now)})
}

// ExpireApp is RetireApp for expired tokens, which are reported at once, with the reason
// ExpiredToken. Apple does not document when a token expires.
//
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (v *Vault) ExpireApp(a Address, topic TopicTag) {
	now := v.now(a.Device)
	v.endApp(a, topic, retirement{at: now, reported: now, expired: true})
}

func (v *Vault) endApp(a Address, topic TopicTag, end retirement) {
	v.retire(deviceKey{a.Environment, a.Device}, &app{a.User, topic}, end)
}

// RetireDevice retires every token of a device in one environment, base
// tokens included, as when the device is erased. That is reported after the
// [Delay].
func (v *Vault) RetireDevice(environment apns.Environment, device apns.DeviceID) {
	now := v.now(device)
	v.retire(deviceKey{environment, device}, nil, retirement{at: now, reported: v.delays.after(now)})
}

// Confirm ends the [Delay] of a retired token, since its device has confirmed that it does
// not have the app: the token is reported from now on. It changes no other token.
func (v *Vault) Confirm(token []byte) {
	o := v.read(token)
	if o == nil {
		return
	}
	v.confirm(&o.record, v.now(o.record.Device))
}

// now returns the time of a device's space.
func (v *Vault) now(device apns.DeviceID) time.Time {
	return cmp.Or(v.spaces.Clock(v.spaces.ForDevice(device)), v.clock).Now()
}

// Rotate adds a secret. Its key encrypts from now on; tokens of the older keys
// are still decrypted.
func (v *Vault) Rotate(secret []byte) error {
	if err := v.addKey(secret); err != nil {
		return fmt.Errorf("rotate the device-token key: %w", err)
	}
	return nil
}

func (v *Vault) addKey(secret []byte) error {
	v.rotating.Lock()
	defer v.rotating.Unlock()
	old := *v.keys.Load()
	for _, key := range old {
		if string(key.secret) == string(secret) {
			return errors.New("the secret is in use already; choose a fresh one")
		}
	}
	key, err := newDeviceTokenKey(secret, len(old))
	if err != nil {
		return err
	}
	keys := append([]*deviceTokenKey{key}, old...)
	v.keys.Store(&keys)
	return nil
}

// Secrets returns the secrets of all device-token keys, newest first, as [Config] takes them. A
// vault with the same secrets decrypts the same tokens.
func (v *Vault) Secrets() [][]byte {
	keys := *v.keys.Load()
	secrets := make([][]byte, len(keys))
	for i, key := range keys {
		secrets[i] = append([]byte(nil), key.secret...)
	}
	return secrets
}
