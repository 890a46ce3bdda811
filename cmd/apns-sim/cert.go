package main

import (
	"fmt"
	"path/filepath"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// certCommand groups the verbs about provider certificates.
type certCommand struct {
	Create certCreate `cmd:"" help:"Make a provider certificate, as .pem and .p12."`
}

type certCreate struct {
	certsFlag
	Topic       string `required:"" placeholder:"TOPIC" help:"The bundle ID it is for."`
	Team        string `default:"SIMTEAM001" placeholder:"TEAM" help:"The team it belongs to (${default})."`
	Service     string `default:"apns" placeholder:"KIND" help:"The kind of certificate (${default}): ${services}."`
	Environment string `enum:"both,production,sandbox" default:"both" placeholder:"ENV" help:"Where it may push: both, production or sandbox (${default})."`
	RSA         bool   `name:"rsa" help:"An RSA 2048 key instead of EC P-256."`
	Password    string `default:"simulator" placeholder:"TEXT" help:"The password of the .p12 (${default})."`
	LegacyP12   bool   `name:"legacy-p12" env:"APNS_SIM_LEGACY_P12" help:"Encrypt the .p12 in the old way, for readers that know no other."`
}

// Run makes the certificate and says where it is.
func (k *certCreate) Run(c *console) error {
	secrets, err := k.load()
	if err != nil {
		return err
	}
	if !apns.ValidTopic(k.Topic) {
		return badUsage("--topic is %q; a topic is a bundle ID: letters, digits, hyphens and dots", k.Topic)
	}
	for _, suffix := range []string{".pem", ".p12"} {
		if err := mustBeNew(k.path(suffix), "remove it first"); err != nil {
			return err
		}
	}
	service, err := pki.ParseService(k.Service)
	if err != nil {
		return usageError{err}
	}
	identity, err := secrets.PKI.IssueProvider(pki.ProviderRequest{
		Topic: k.Topic, TeamID: k.Team, Service: service, RSA: k.RSA,
		Production: k.Environment == "production", Sandbox: k.Environment == "sandbox",
	})
	if err != nil {
		return usageError{err}
	}
	return k.write(c, identity)
}

// path is where the certificate goes.
func (k *certCreate) path(suffix string) string { return filepath.Join(k.Certs, k.Topic+suffix) }

func (k *certCreate) write(c *console, identity *pki.Identity) error {
	both, err := identity.PEM()
	if err != nil {
		return err
	}
	format := p12.Modern
	if k.LegacyP12 {
		format = p12.Legacy
	}
	bundle, err := p12.Encode(format, identity, k.Password)
	if err != nil {
		return usageError{err}
	}
	for _, file := range []struct {
		path, remark string
		data         []byte
	}{
		{k.path(".pem"), "certificate and key", both},
		{k.path(".p12"), fmt.Sprintf("the same, password %q", k.Password), bundle},
	} {
		if err := pki.WriteSecret(file.path, file.data); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.stdout, "%s\t%s\n", file.path, file.remark); err != nil {
			return err
		}
	}
	return nil
}
