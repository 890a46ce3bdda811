package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

// stateCommand groups the commands about a directory of --state.
type stateCommand struct {
	Export stateExport `cmd:"" help:"Write the state as JSON."`
	Import stateImport `cmd:"" help:"Create a state from JSON."`
	Show   stateShow   `cmd:"" help:"Show the number of elements of each kind."`
}

// savedState is the directory that these commands work on, which no simulator may use.
type savedState struct {
	State string `placeholder:"DIR" required:"" help:"Directory of the state. No simulator may be using it."`
}

// read calls f with the state, which it locks meanwhile.
func (s *savedState) read(f func(*stateDir) error) error {
	if _, err := os.Stat(filepath.Join(s.State, stateFile)); errors.Is(err, fs.ErrNotExist) {
		return badUsage("--state: %s contains no state; name the directory that a simulator was started with", s.State)
	}
	return s.with(f)
}

// with calls f with the state, which is created if there is none.
func (s *savedState) with(f func(*stateDir) error) (err error) {
	st := &stateDir{path: s.State}
	if err := st.take(); err != nil {
		return badUsage("--state: %w", err)
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if st.db, err = sqlite.Open(sqlite.Config{Path: filepath.Join(s.State, stateFile)}); err != nil {
		return badUsage("--state: %w", err)
	}
	return f(st)
}

// document returns what the directory contains.
func (st *stateDir) document(withKeys bool) (*state.Document, error) {
	d, err := stateSource(st.snapshot).document(withKeys)
	if err != nil || !withKeys {
		return d, err
	}
	return d, addFiles(d, st.certs())
}

// stateExport writes the state as JSON.
type stateExport struct {
	controlFlags
	State    string `placeholder:"DIR" help:"Directory of the state; without it, the state is that of the running simulator at --control. If a simulator is using the directory, the state comes from its control API as well."`
	WithKeys bool   `help:"Include private keys: certificate authorities, device-token keys, signing keys and the keys of virtual devices; only with --state, while no simulator is using the directory. Without them, importing creates new ones, and earlier device tokens, provider tokens and certificates become invalid."`
	File     string `arg:"" help:"File to write, readable only by its owner; - is standard output."`
}

// Help is what the help says before the flags.
func (stateExport) Help() string {
	return "The JSON form is described in docs/state.md. It also serves as a seed, for serve --seed. It contains payloads and device tokens, but no private key unless --with-keys is set."
}

// Run writes the state.
func (e *stateExport) Run(ctx context.Context, c *console) error {
	if e.State == "" {
		return e.exportRunning(ctx, c)
	}
	from := savedState{e.State}
	err := from.read(func(st *stateDir) error {
		d, err := st.document(e.WithKeys)
		if err != nil {
			return err
		}
		return writeDocument(c, e.File, d)
	})
	if held, ok := errors.AsType[*heldError](err); ok {
		return e.exportHeld(ctx, c, held)
	}
	return err
}

// exportHeld exports the state of the simulator that uses the directory.
func (e *stateExport) exportHeld(ctx context.Context, c *console, held *heldError) error {
	info, err := e.discover(ctx)
	switch {
	case err != nil:
		return badUsage("--state: %s, whose control API does not respond: %w", held.inUse(), err)
	case info.PID != held.pid:
		return badUsage("--state: %s, and %s belongs to process %d; set --control to the control API of process %d, or stop that process", held.inUse(), e.Control, info.PID, held.pid)
	}
	return e.exportRunning(ctx, c)
}

// exportRunning exports the state of the simulator at --control.
func (e *stateExport) exportRunning(ctx context.Context, c *console) error {
	if e.WithKeys {
		return badUsage("--with-keys: the control API gives out no private keys; stop the simulator, and export from the directory of its --state")
	}
	response, err := e.send(ctx, http.MethodGet, "/v1/state", nil, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s/v1/state: %w", e.Control, err)
	}
	return writeText(c, e.File, text)
}

// stateImport creates a state from JSON.
type stateImport struct {
	savedState
	File string `arg:"" help:"File that state export has written; - is standard input."`
}

// Help is what the help says before the flags.
func (stateImport) Help() string {
	return "The directory must not contain a state yet. To add something to a state, start the simulator with --seed."
}

// Run creates the state.
func (i *stateImport) Run(c *console) error {
	if err := mustBeNew(filepath.Join(i.State, stateFile), "name a directory without a state, or add to this one with serve --seed"); err != nil {
		return err
	}
	text, err := i.text(c)
	if err != nil {
		return err
	}
	d, err := state.Parse(text)
	if err != nil {
		return badUsage("%s: %w", i.File, err)
	}
	return i.with(func(st *stateDir) error {
		if len(d.Files) > 0 {
			if err := mustBeNew(st.certs(), "the export has keys of its own; name an empty directory"); err != nil {
				return err
			}
		}
		return st.importDocument(i.File, d)
	})
}

func (i *stateImport) text(c *console) ([]byte, error) {
	if i.File == "-" {
		return io.ReadAll(c.stdin)
	}
	text, err := os.ReadFile(i.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, badUsage("there is no file %s", i.File)
	}
	return text, err
}

// stateShow shows what a state contains.
type stateShow struct {
	savedState
	JSON bool `name:"json" help:"Print one JSON object per line."`
}

// A stateCount is how many elements of a kind there are.
type stateCount struct {
	Kind   state.Kind `json:"kind"`
	Number int        `json:"number"`
}

// Run shows the numbers.
func (s *stateShow) Run(c *console) error {
	return s.read(func(st *stateDir) error {
		d, err := st.document(true)
		if err != nil {
			return err
		}
		var counts []stateCount
		for _, kind := range state.Kinds() {
			counts = append(counts, stateCount{kind, d.Len(kind)})
		}
		history, err := st.db.Entries().Load(sim.HistoryKind)
		if err != nil {
			return err
		}
		counts = append(counts, stateCount{sim.HistoryKind, len(history)})
		return show(c, s.JSON, counts, "CONTENTS\tNUMBER", func(n *stateCount) []string { return []string{string(n.Kind), strconv.Itoa(n.Number)} })
	})
}
