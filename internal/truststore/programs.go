package truststore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// nssDirs are where NSS keeps databases, below the home directory.
var nssDirs = []string{
	".pki/nssdb", ".mozilla/firefox/*", "snap/firefox/common/.mozilla/firefox/*", "Library/Application Support/Firefox/Profiles/*",
}

// nss plans for the databases of Firefox and Chromium, by the certutil of NSS.
// https://firefox-source-docs.mozilla.org/security/nss/legacy/tools/certutil/index.html
func (s System) nss(p *Plan, install bool) error {
	if s.OS == "windows" {
		return errors.New("the databases of NSS cannot be changed on Windows, which has another certutil; Firefox trusts the roots of the system there")
	}
	if _, err := s.LookPath("certutil"); err != nil {
		return errors.New("certutil of NSS is not in PATH; install libnss3-tools (Debian), nss-tools (Fedora) or nss (Homebrew)")
	}
	found := 0
	for _, pattern := range nssDirs {
		files, err := filepath.Glob(filepath.Join(s.UserDir, filepath.FromSlash(pattern), "cert9.db"))
		if err != nil {
			return err
		}
		for _, file := range files {
			found++
			command := []string{"certutil", "-d", "sql:" + filepath.Dir(file), "-D", "-n", p.root.Name()}
			if install {
				command = []string{"certutil", "-d", "sql:" + filepath.Dir(file), "-A", "-t", "C,,", "-n", p.root.Name(), "-i", p.file()}
			}
			p.steps = append(p.steps, step{command: command})
		}
	}
	if found == 0 {
		return errors.New("there is no database of NSS below " + s.UserDir + "; start Firefox or Chromium once")
	}
	return nil
}

// javaPassword is that of the store that comes with Java; it keeps no secret.
const javaPassword = "changeit"

// debiansJava is the trust store that Debian's package ca-certificates-java makes of the roots
// of the system. It adds roots that are installed, and does not notice when one is removed.
const debiansJava = "/etc/ssl/certs/java/cacerts"

// forgetInDebiansJava plans the removal from there, if the root is there.
func (s System) forgetInDebiansJava(ctx context.Context, p *Plan) {
	store := filepath.Join(s.Root, debiansJava)
	if _, err := os.Stat(store); err != nil {
		return
	}
	in := []string{"-keystore", store, "-storepass", javaPassword, "-alias", "debian:" + p.root.Name() + ".pem"}
	if _, err := s.Run(ctx, "keytool", append([]string{"-list"}, in...)...); err == nil {
		p.steps = append(p.steps, step{command: append([]string{"keytool", "-delete"}, in...)})
	}
}

// javaWarning is what Java makes of a root. A trust anchor has the name constraints that a
// program sets, and the default trust manager sets none; observed with OpenJDK 17.
// https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/security/cert/TrustAnchor.html
const javaWarning = "Java does not evaluate the name constraints of roots in its trust store: whoever has the key can impersonate any host to programs in Java"

// java plans for the trust store of a Java installation.
// https://docs.oracle.com/en/java/javase/21/docs/specs/man/keytool.html
func (s System) java(p *Plan, install bool) error {
	keytool := "keytool"
	if dir := os.Getenv("JAVA_HOME"); dir != "" {
		keytool = filepath.Join(dir, "bin", "keytool")
	}
	if _, err := s.LookPath(keytool); err != nil {
		return errors.New("keytool of Java is neither in JAVA_HOME nor in PATH; install a JDK or set JAVA_HOME")
	}
	command := []string{keytool, "-delete", "-cacerts", "-storepass", javaPassword, "-alias", p.root.Name()}
	if install {
		p.warnings = append(p.warnings, javaWarning)
		command = []string{keytool, "-importcert", "-noprompt", "-cacerts", "-storepass", javaPassword, "-alias", p.root.Name(), "-file", p.file()}
	}
	p.steps = append(p.steps, step{command: command})
	return nil
}
