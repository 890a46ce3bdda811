package main

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// errNoNghttpd is the reason why there are no rows of nghttpd.
var errNoNghttpd = errors.New("nghttpd is not installed (Debian: nghttp2-server); its rows are left out")

// startNghttpd runs nghttp2's server in C, one thread. It checks nothing, throws
// bodies away and answers with files, which are empty here; see [offer]. The
// certificate is that of all servers, from folder.
func startNghttpd(ctx context.Context, folder string) (*server, error) {
	program, err := exec.LookPath("nghttpd")
	if err != nil {
		return nil, errNoNghttpd
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := ln.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err := errors.Join(err, ln.Close()); err != nil { // it takes no listener, so the port has to be free again
		return nil, err
	}
	s, _, err := start(ctx, "nghttpd", []string{
		program, "--htdocs=" + documents(folder), "--address=127.0.0.1", port,
		filepath.Join(folder, "server.key"), filepath.Join(folder, "server.pem"),
	})
	if err != nil {
		return nil, err
	}
	s.address = address
	if err := s.awaitListening(); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// saveServer writes a server certificate for nghttpd, which takes it from files.
func saveServer(p *pki.PKI, folder string) error {
	servers, err := p.NewServers(false)
	if err != nil {
		return err
	}
	cert, err := servers.Certificate(&tls.ClientHelloInfo{
		ServerName: "localhost", SupportedVersions: []uint16{tls.VersionTLS13}, SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	})
	if err != nil {
		return err
	}
	key, ok := cert.PrivateKey.(crypto.Signer)
	if !ok {
		return fmt.Errorf("a %T cannot sign", cert.PrivateKey)
	}
	return (&pki.Identity{Certificate: cert.Leaf, Chain: cert.Certificate, Key: key}).Save(folder, "server")
}

// awaitListening tries until the server accepts a connection. It says nothing
// when it is ready.
func (s *server) awaitListening() error {
	for deadline := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		nc, err := net.Dial("tcp", s.address)
		if err == nil {
			return nc.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not start: %w", s.name, err)
		}
	}
}

// documents is the folder of nghttpd's files.
func documents(folder string) string { return filepath.Join(folder, "htdocs") }

// offer makes an empty file for the path of a push, so that nghttpd answers 200.
func offer(folder string, tokens []apns.DeviceToken) error {
	for _, token := range tokens {
		file := filepath.Join(documents(folder), filepath.FromSlash(pushPath(token)))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, nil, 0o600)); err != nil {
			return err
		}
	}
	return nil
}
