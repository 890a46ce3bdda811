package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

// certCommand groups the commands about provider certificates.
type certCommand struct {
	Create certCreate `cmd:"" help:"Create a provider certificate as .pem and .p12."`
	List   certList   `cmd:"" help:"List the provider certificates that a running simulator has issued."`
	Revoke certRevoke `cmd:"" help:"Revoke a provider certificate that a running simulator has issued."`
}

type certCreate struct {
	certsFlag
	Topic       string `required:"" placeholder:"TOPIC" help:"Bundle ID of the certificate."`
	Team        string `default:"SIMTEAM001" placeholder:"TEAM" help:"Team ID."`
	Service     string `default:"apns" placeholder:"KIND" help:"Kind of certificate: ${services}."`
	Environment string `enum:"both,production,sandbox" default:"both" placeholder:"ENV" help:"Environment in which the certificate is valid: both, production or sandbox."`
	RSA         bool   `name:"rsa" help:"Create an RSA 2048 key instead of EC P-256."`
	Password    string `default:"${p12_password}" placeholder:"TEXT" help:"Password of the .p12."`
	LegacyP12   bool   `name:"legacy-p12" env:"APNS_SIM_LEGACY_P12" help:"Encrypt the .p12 with triple DES, for software without AES support."`
	RC2P12      bool   `name:"rc2-p12" env:"APNS_SIM_RC2_P12" help:"Encrypt the certificate in the .p12 with RC2-40, as old versions of Keychain do; OpenSSL 3 rejects it."`
}

// Run makes the certificate and says where it is.
func (k *certCreate) Run(c *console) error {
	secrets, err := k.load()
	if err != nil {
		return err
	}
	if !apns.ValidTopic(k.Topic) {
		return badUsage("--topic is %q; write a bundle ID, which consists of letters, digits, hyphens and dots", k.Topic)
	}
	if k.LegacyP12 && k.RC2P12 {
		return badUsage("--legacy-p12 and --rc2-p12 cannot be combined")
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
	stem, err := freeStem(filepath.Join(k.Certs, k.Topic))
	if err != nil {
		return err
	}
	return k.write(c, stem, identity)
}

// freeStem returns the path of the files of a certificate, without a suffix. A second
// one for the same topic, of another kind or environment, has a number.
func freeStem(first string) (string, error) {
	for n, stem := 1, first; ; stem = fmt.Sprintf("%s-%d", first, n) {
		err := errors.Join(mustBeNew(stem+".pem", ""), mustBeNew(stem+".p12", ""))
		if _, taken := errors.AsType[usageError](err); !taken {
			return stem, err
		}
		n++
	}
}

func (k *certCreate) write(c *console, stem string, identity *pki.Identity) error {
	both, err := identity.PEM()
	if err != nil {
		return err
	}
	format := p12.Modern
	switch {
	case k.LegacyP12:
		format = p12.Legacy
	case k.RC2P12:
		format = p12.RC2
	}
	bundle, err := p12.Encode(format, identity, k.Password)
	if err != nil {
		return usageError{err}
	}
	for _, file := range []struct {
		path, remark string
		data         []byte
	}{
		{stem + ".pem", "certificate and key", both},
		{stem + ".p12", fmt.Sprintf("the same, password %q", k.Password), bundle},
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

// readIdentity reads a certificate with its key, from PEM or PKCS#12, whichever it is.
func readIdentity(path, password string) (*pki.Identity, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data) > 0 && data[0] == derSequence {
		id, err := p12.Decode(data, password)
		if errors.Is(err, p12.ErrPassword) {
			return nil, fmt.Errorf("%s: %w; set it with --password", path, err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return id, nil
	}
	id, err := pki.ParseIdentity(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return id, nil
}

// derSequence is the first byte of a PKCS#12 file: RFC 7292, 4.
const derSequence = 0x30
