package truststore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// A System is a machine with trust stores. Its zero value is this one; the fields are for tests.
type System struct {
	// OS is a value of runtime.GOOS.
	OS string
	// Root is the directory in which the paths of the system are.
	Root string
	// UserDir is the home directory of the user.
	UserDir string
	// Run runs a command, and LookPath finds it.
	Run      func(ctx context.Context, name string, args ...string) (output []byte, err error)
	LookPath func(name string) (path string, err error)
}

func (s System) withDefaults() (System, error) {
	var err error
	if s.OS == "" {
		s.OS = runtime.GOOS
	}
	if s.UserDir == "" {
		s.UserDir, err = os.UserHomeDir()
	}
	if s.Run == nil {
		s.Run = func(ctx context.Context, name string, args ...string) ([]byte, error) {
			return exec.CommandContext(ctx, name, args...).CombinedOutput()
		}
	}
	if s.LookPath == nil {
		s.LookPath = exec.LookPath
	}
	return s, err
}

// Stores are those besides the system's own in which a root is installed.
type Stores struct {
	// NSS are the databases of Firefox and Chromium.
	NSS bool
	// Java is the key store of the Java installation in JAVA_HOME or PATH.
	Java bool
}

// Install plans the installation of a root.
func (s System) Install(ctx context.Context, root Root, also Stores) (*Plan, error) {
	return s.plan(ctx, root, also, true)
}

// Uninstall plans its removal. No other root is removed.
func (s System) Uninstall(ctx context.Context, root Root, also Stores) (*Plan, error) {
	return s.plan(ctx, root, also, false)
}

func (s System) plan(ctx context.Context, root Root, also Stores, install bool) (*Plan, error) {
	if err := root.check(); err != nil {
		return nil, err
	}
	s, err := s.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Plan{root: root, run: s.Run}
	parts := []func(*Plan, bool) error{func(p *Plan, install bool) error { return s.system(ctx, p, install) }}
	if also.NSS {
		parts = append(parts, s.nss)
	}
	if also.Java {
		parts = append(parts, s.java)
	}
	for _, part := range parts {
		if err := part(p, install); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// system plans for the store of the system.
func (s System) system(ctx context.Context, p *Plan, install bool) error {
	switch s.OS {
	case "darwin":
		s.darwin(p, install)
	case "windows":
		s.windows(p, install)
	default:
		return s.anchors(ctx, p, install)
	}
	return nil
}

// systemKeychain is that of all users.
const systemKeychain = "/Library/Keychains/System.keychain"

// darwin plans for the keychain: the man page security(1).
func (s System) darwin(p *Plan, install bool) {
	if install {
		p.steps = append(p.steps, step{command: []string{
			"security", "add-trusted-cert", "-d", "-r", "trustRoot", "-p", "ssl", "-p", "basic", "-k", systemKeychain, p.file(),
		}})
		return
	}
	p.steps = append(p.steps,
		step{command: []string{"security", "remove-trusted-cert", "-d", p.file()}},
		step{command: []string{"security", "delete-certificate", "-Z", p.root.SHA256(), systemKeychain}})
}

// windows plans for the store of the machine.
// https://learn.microsoft.com/windows-server/administration/windows-commands/certutil
func (s System) windows(p *Plan, install bool) {
	if install {
		p.steps = append(p.steps, step{command: []string{"certutil", "-addstore", "-f", "Root", p.file()}})
		return
	}
	p.steps = append(p.steps, step{command: []string{"certutil", "-delstore", "Root", p.root.sha1()}})
}

// An anchorStore is a directory of roots, and the command that makes a trust store of them,
// with what it needs to forget a root that was removed.
type anchorStore struct {
	dir, suffix string
	command     []string
	forget      []string
}

// anchorStores is the table of them: Debian, Ubuntu and Alpine (update-ca-certificates(8));
// Fedora and Red Hat, Arch (update-ca-trust(8)); openSUSE (update-ca-certificates(8));
// FreeBSD (certctl(8)).
var anchorStores = []anchorStore{
	{"/usr/local/share/ca-certificates", ".crt", []string{"update-ca-certificates"}, []string{"--fresh"}}, // which removes links without a target
	{"/etc/pki/ca-trust/source/anchors", ".pem", []string{"update-ca-trust", "extract"}, nil},
	{"/etc/ca-certificates/trust-source/anchors", ".crt", []string{"update-ca-trust"}, nil},
	{"/etc/pki/trust/anchors", ".pem", []string{"update-ca-certificates"}, []string{"--fresh"}},
	{"/usr/local/etc/ssl/certs", ".pem", []string{"certctl", "rehash"}, nil},
}

// anchors plans for a system with a directory of roots.
func (s System) anchors(ctx context.Context, p *Plan, install bool) error {
	i := slices.IndexFunc(anchorStores, func(a anchorStore) bool {
		info, err := os.Stat(filepath.Join(s.Root, a.dir))
		if err != nil || !info.IsDir() {
			return false
		}
		_, err = s.LookPath(a.command[0])
		return err == nil
	})
	if i < 0 {
		return errors.New("no trust store of the system is known here: there is neither update-ca-certificates, update-ca-trust nor certctl with its directory; " +
			"install the package ca-certificates, or set the variables of apns-sim env")
	}
	a := anchorStores[i]
	path := filepath.Join(s.Root, a.dir, p.root.Name()+a.suffix)
	if install {
		p.steps = append(p.steps, step{write: path}, step{command: a.command})
		if _, err := os.Stat(filepath.Join(s.Root, debiansJava)); err == nil {
			p.warnings = append(p.warnings, "this system adds the root to Java's trust store, too. "+javaWarning)
		}
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the root is not installed: %w", err)
	}
	if string(content) != string(p.root.pem()) {
		return fmt.Errorf("%s has another content than the root, and is left alone", path)
	}
	p.steps = append(p.steps, step{remove: path}, step{command: slices.Concat(a.command, a.forget)})
	s.forgetInDebiansJava(ctx, p)
	return nil
}
