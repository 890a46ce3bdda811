// Command baseline is what the simulator is compared with: a plain net/http
// server that reads the body of every request, checks nothing, and answers 200
// with an apns-id.
//
// It knows the certificates and the ready record of the simulator, so that the
// same client can push to both, and nothing else of it.
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func main() {
	certs := flag.String("certs", "", "folder with the certificates of 'apns-sim ca init'")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *certs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}

// serve answers on a free port, named in the ready record on standard output,
// until ctx ends.
func serve(ctx context.Context, certs string) error {
	secrets, err := keystore.Load(certs)
	if err != nil {
		return err
	}
	servers, err := secrets.PKI.NewServers(false)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:   http.HandlerFunc(accept),
		TLSConfig: &tls.Config{GetCertificate: servers.Certificate, MinVersion: tls.VersionTLS12},
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })() // Serve tells how it ended
	ready := sim.Info{Event: "ready", PID: os.Getpid(), Version: sim.Version(), Provider: "https://" + ln.Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return fmt.Errorf("write the ready record: %w", err)
	}
	if err := server.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func accept(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id := r.Header.Get(apns.HeaderID)
	if id == "" {
		id = rand.Text()
	}
	w.Header().Set(apns.HeaderID, id)
}
