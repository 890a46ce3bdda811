package main

import (
	"context"
	"fmt"
	"os"

	"github.com/apns-sim/apns-sim/internal/truststore"
)

// systemTrust is where roots are installed; tests set another one.
var systemTrust truststore.System

// trustFlags say which root and which trust stores.
type trustFlags struct {
	controlFlags
	File   string `arg:"" optional:"" help:"Root certificate, PEM (default: that of the running simulator)."`
	NSS    bool   `name:"nss" env:"-" help:"Also the databases of Firefox and Chromium, by the certutil of NSS."`
	Java   bool   `env:"-" help:"Also the trust store of Java, by keytool in JAVA_HOME or PATH. Java does not evaluate the name constraints of a root."`
	DryRun bool   `env:"-" help:"Only print what would be done."`
}

type caInstall struct{ trustFlags }

// Help is what the help says before the flags.
func (caInstall) Help() string {
	return "Every program that uses the system's trust store then trusts the simulator, as long as it has the same root: start it with --state or --certs. " +
		"Whoever has the key of the root can impersonate the hosts in its name constraints to this machine; a root without name constraints is not installed. " +
		"Prints each step before it is done. On Linux and macOS it needs sudo, on Windows an administrator's prompt. apns-sim env and exec do without."
}

// Run installs the root.
func (i *caInstall) Run(ctx context.Context, c *console) error {
	root, err := i.root(ctx)
	if err != nil {
		return err
	}
	plan, err := systemTrust.Install(ctx, root, i.stores())
	if err != nil {
		return err
	}
	if err := i.carryOut(ctx, c, root, plan); err != nil || i.DryRun {
		return err
	}
	return c.print("installed; to remove it: apns-sim ca uninstall%s", i.again())
}

type caUninstall struct{ trustFlags }

// Help is what the help says before the flags.
func (caUninstall) Help() string {
	return "Removes this root and no other. If the simulator has another one by now, name the file that ca install has written."
}

// Run removes the root.
func (u *caUninstall) Run(ctx context.Context, c *console) error {
	root, err := u.root(ctx)
	if err != nil {
		return err
	}
	plan, err := systemTrust.Uninstall(ctx, root, u.stores())
	if err != nil {
		return err
	}
	if err := u.carryOut(ctx, c, root, plan); err != nil || u.DryRun {
		return err
	}
	return c.print("removed")
}

func (f *trustFlags) stores() truststore.Stores { return truststore.Stores{NSS: f.NSS, Java: f.Java} }

// again are the arguments by which the root is found again.
func (f *trustFlags) again() (args string) {
	if f.File != "" {
		args += " " + f.File
	}
	if f.NSS {
		args += " --nss"
	}
	if f.Java {
		args += " --java"
	}
	return args
}

// root reads the root.
func (f *trustFlags) root(ctx context.Context) (truststore.Root, error) {
	source := f.File
	text, err := []byte(nil), error(nil)
	if f.File != "" {
		text, err = os.ReadFile(f.File)
	} else {
		source = f.Control + "/v1/ca.pem"
		text, err = f.get(ctx, "/v1/ca.pem")
	}
	if err != nil {
		return truststore.Root{}, err
	}
	root, err := truststore.ParseRoot(text)
	if err != nil {
		return root, badUsage("%s: %w", source, err)
	}
	return root, nil
}

// carryOut says what the root is and does each step of the plan after saying it.
func (f *trustFlags) carryOut(ctx context.Context, c *console, root truststore.Root, plan *truststore.Plan) error {
	if err := c.print("%s, SHA-256 %s", root.Certificate.Subject, root.SHA256()); err != nil {
		return err
	}
	if err := c.print("for %s", root.Names()); err != nil {
		return err
	}
	for _, warning := range plan.Warnings() {
		c.remark(warning)
	}
	say := func(step string) error { return c.print("%s", step) }
	if f.DryRun {
		for _, step := range plan.Steps() {
			if err := say(step); err != nil {
				return err
			}
		}
		return nil
	}
	err := plan.Do(ctx, say)
	if err != nil && os.Geteuid() != 0 { // -1 on Windows
		return fmt.Errorf("%w; only an administrator may change the trust store: use sudo, or an administrator's prompt on Windows", err)
	}
	return err
}
