package apnssim

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// defaultControl is where the control API is by default.
const defaultControl = "http://127.0.0.1:8197"

// A simulator is what the spaces of this process share. The end of its standard input stops
// it, also when this process is killed; the pipes stay open until then.
type simulator struct {
	control string
	command *exec.Cmd // nil if it was running before
	stdin   io.WriteCloser
}

// shared finds the simulator, or starts one, once.
var shared = sync.OnceValues(func() (*simulator, error) {
	if isLive(defaultControl) {
		return &simulator{control: defaultControl}, nil
	}
	return start()
})

// find returns the address of the control API: of APNS_SIM_CONTROL, of a simulator at the
// default port, or of one that it starts and that stops with this process.
func find() (string, error) {
	if control := os.Getenv("APNS_SIM_CONTROL"); control != "" {
		return strings.TrimSuffix(control, "/"), nil
	}
	s, err := shared()
	if err != nil {
		return "", err
	}
	return s.control, nil
}

func isLive(control string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, baseURL(control)+"/livez", nil)
	if err != nil {
		return false
	}
	response, err := client(control).Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && strings.TrimSpace(string(body)) == "live"
}

// start starts apns-sim, from APNS_SIM_BIN or PATH. It drops log lines that nobody reads.
func start() (*simulator, error) {
	binary := os.Getenv("APNS_SIM_BIN")
	if binary == "" {
		binary = "apns-sim"
	}
	command := exec.Command(binary, "serve", "--any-port", "--ready", "json", //nolint:gosec,noctx // The user names it; it runs as long as this process.
		"--stop-with-stdin", "--stop-timeout", "0s", "--log-level", "error")
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("no simulator: none answers at %s, and %s cannot be started: %w; install it (https://github.com/apns-sim/apns-sim), "+
			"set APNS_SIM_BIN to its path, or set APNS_SIM_CONTROL", defaultControl, binary, err)
	}
	record, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		errors, _ := io.ReadAll(stderr) // as much as there is
		return nil, fmt.Errorf("%s has not become ready: %w: %s", binary, command.Wait(), strings.TrimSpace(string(errors)))
	}
	var ready struct{ Control string }
	if err := json.Unmarshal(record, &ready); err != nil {
		return nil, fmt.Errorf("%s: the ready record: %w", binary, err)
	}
	return &simulator{control: ready.Control, command: command, stdin: stdin}, nil
}
