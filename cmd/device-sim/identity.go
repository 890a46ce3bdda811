package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"slices"

	"github.com/apns-sim/apns-sim/internal/device"
)

// roots gives the roots to trust: those in --ca, or the simulator's.
func (p *phone) roots(ctx context.Context) (*x509.CertPool, error) {
	var text []byte
	var err error
	source := p.CA
	if source == "" {
		source = p.control.url
		text, err = p.control.rootPEM(ctx)
	} else {
		text, err = os.ReadFile(source)
	}
	if err != nil {
		return nil, fmt.Errorf("root certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, &failure{
			code: exitUsage, err: fmt.Errorf("there is no certificate in %s", source),
			remedy: "--ca takes the file that apns-sim names as caFile in its ready record",
		}
	}
	return pool, nil
}

// identity gives the identity of an earlier run, or a new one from the simulator.
// An app that is new since then is a reason to activate again, with the same key.
func (p *phone) identity(ctx context.Context) (device.Identity, error) {
	identity, ok := p.state.identity()
	if !ok || slices.ContainsFunc(p.Topic, func(topic string) bool { return !slices.Contains(p.state.Topics, topic) }) {
		return p.activate(ctx)
	}
	leaf, err := x509.ParseCertificate(identity.Chain[0])
	if err != nil {
		return identity, fmt.Errorf("--state: read %s: %w", certificateFile, err)
	}
	p.out.remembered(p.state.dir, leaf)
	return identity, nil
}

// activate gets a device certificate for the device's key, which it makes first if
// there is none.
func (p *phone) activate(ctx context.Context) (device.Identity, error) {
	p.mu.Lock()
	key, topics := p.state.key, p.Topic
	p.mu.Unlock()
	if key == nil {
		var err error
		if key, err = newKey(p.KeyType); err != nil {
			return device.Identity{}, fmt.Errorf("make the device key: %w", err)
		}
	}
	identity, err := p.control.activate(ctx, key, p.Name, topics)
	if err != nil {
		return device.Identity{}, err
	}
	leaf, err := x509.ParseCertificate(identity.Chain[0])
	if err != nil {
		return device.Identity{}, fmt.Errorf("activate: read the certificate: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.activated(p.control.url, leaf, p.state.key == nil)
	return identity, p.state.saveIdentity(identity, topics)
}

// register makes the simulator know another app. It takes an activation with the same
// key; the certificate that the device has stays good.
func (p *phone) register(ctx context.Context, topic string) error {
	p.mu.Lock()
	key, topics := p.state.key, p.Topic
	p.mu.Unlock()
	if slices.Contains(topics, topic) || key == nil { // without a key, the activation on its way is soon enough
		return nil
	}
	topics = append(slices.Clone(topics), topic)
	identity, err := p.control.activate(ctx, key, p.Name, topics)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Topic = topics
	return p.state.saveIdentity(identity, topics)
}
