package integration_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The programs under test.
const (
	apnsSim   = "apns-sim"
	deviceSim = "device-sim"
)

// binDir is where the programs are.
var binDir string

func TestMain(m *testing.M) {
	code, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func testMain(m *testing.M) (code int, err error) {
	if binDir = os.Getenv("BIN_DIR"); binDir != "" {
		if binDir, err = filepath.Abs(binDir); err != nil {
			return 0, fmt.Errorf("BIN_DIR: %w", err)
		}
		return m.Run(), nil
	}
	if binDir, err = os.MkdirTemp("", "apns-sim-bin-"); err != nil {
		return 0, err
	}
	defer func() {
		if removeErr := os.RemoveAll(binDir); err == nil {
			err = removeErr
		}
	}()
	build := exec.Command("go", "build", "-trimpath", "-o", binDir+string(filepath.Separator), "./cmd/...")
	build.Dir = ".." // the module of the simulator
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// program is the path of a program under test.
func program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(binDir, name)
}
