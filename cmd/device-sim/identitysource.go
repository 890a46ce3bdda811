package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// An identitySource provides the roots that a device trusts, and its identity.
type identitySource struct {
	*runCmd
	control *control

	// Guarded by mu, as is Topic of runCmd. mu is not held while waiting for the device.
	mu       sync.Mutex
	state    *state
	reporter identityReporter
	erasedID apns.DeviceID // the device that was erased, until there is another one
}

// trustedRoots returns the roots to trust: those in the file of --ca, or the simulator's.
func trustedRoots(ctx context.Context, ca string, control *control) (*x509.CertPool, error) {
	var text []byte
	var err error
	source := ca
	if source == "" {
		source = control.url
		text, err = control.rootPEM(ctx)
	} else {
		text, err = os.ReadFile(source)
	}
	if err != nil {
		return nil, fmt.Errorf("root certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, &failure{
			code: exitUsage, err: fmt.Errorf("no certificate in %s", source),
			remedy: "set --ca to the file that apns-sim shows as caFile in its ready record",
		}
	}
	return pool, nil
}

// identity returns the identity of an earlier run, or a new one from the simulator. If
// there are new apps, the device activates again with the same key.
func (o *identitySource) identity(ctx context.Context) (device.Identity, error) {
	identity, ok := o.state.identity()
	if !ok || slices.ContainsFunc(o.Topic, func(topic string) bool { return !slices.Contains(o.state.Topics, topic) }) {
		return o.activate(ctx)
	}
	leaf, err := x509.ParseCertificate(identity.Chain[0])
	if err != nil {
		return identity, fmt.Errorf("--state: read %s: %w", certificateFile, err)
	}
	o.reporter.remembered(o.state.dir, leaf)
	return identity, nil
}

// activate gets a device certificate for the device's key, which it makes first if
// there is none.
func (o *identitySource) activate(ctx context.Context) (device.Identity, error) {
	o.mu.Lock()
	key, topics, erasedID := o.state.key, o.Topic, o.erasedID
	o.mu.Unlock()
	if key == nil {
		var err error
		if key, err = newKey(o.KeyType); err != nil {
			return device.Identity{}, fmt.Errorf("generate the device key: %w", err)
		}
	}
	identity, err := o.control.activate(ctx, key, o.Name, topics, erasedID)
	if err != nil {
		return device.Identity{}, err
	}
	leaf, err := x509.ParseCertificate(identity.Chain[0])
	if err != nil {
		return device.Identity{}, fmt.Errorf("read the certificate: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.erasedID = apns.DeviceID{}
	o.reporter.activated(o.control.url, leaf, o.state.key == nil)
	return identity, o.state.saveIdentity(identity, topics)
}

// register registers another app, by an activation with the same key. The present
// certificate stays valid.
func (o *identitySource) register(ctx context.Context, topic string) error {
	o.mu.Lock()
	key, topics := o.state.key, o.Topic
	o.mu.Unlock()
	if slices.Contains(topics, topic) || key == nil { // without a key, the device will activate anyway
		return nil
	}
	topics = append(slices.Clone(topics), topic)
	identity, err := o.control.activate(ctx, key, o.Name, topics, apns.DeviceID{})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Topic = topics
	return o.state.saveIdentity(identity, topics)
}
