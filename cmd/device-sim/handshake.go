package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/device"
)

// handshakeTimeout bounds each half of the handshake.
const handshakeTimeout = 30 * time.Second

// handshakeCmd are the flags of the verb handshake.
type handshakeCmd struct {
	runCmd

	Step bool          `help:"Wait for Enter after each step."`
	HTML string        `name:"html" help:"Also write the transcript as a single HTML page." placeholder:"FILE"`
	Wait time.Duration `help:"Time to wait for a push at the end, such as 1m." placeholder:"TIME"`
}

// AfterApply checks what kong cannot.
func (c *handshakeCmd) AfterApply() error {
	if c.JSON {
		return errors.New("handshake does not support --json: it prints text, and HTML with --html")
	}
	return c.runCmd.AfterApply()
}

// A handshake is one run of the verb handshake. The device talks at its own pace, and
// what it said is shown at that of the reader: a login may not take as long as an
// explanation.
type handshake struct {
	identitySource
	cmd     *handshakeCmd
	stop    context.CancelCauseFunc
	device  *device.Device
	entries chan entry // from the device to the reader
	log     *slog.Logger

	noControlAPI bool // nobody tells what is in a token. Owned by the reader

	// Guarded by owner.mu.
	transcriber transcriber
	connected   bool
	filtered    bool          // a filter is out on this connection, and not answered
	acks        bool          // the next ack is for a push that was shown
	answered    chan struct{} // one for each login whose filter was answered
	acked       chan struct{} // closed when a push was acknowledged
}

// maxEntries is far more than a handshake has.
const maxEntries = 1 << 12

// run goes through the handshake and shows it.
func (c *handshakeCmd) run(ctx context.Context, std streams, log *slog.Logger) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	state, err := openState(c.State)
	if err != nil {
		return err
	}
	h := &handshake{
		identitySource: identitySource{runCmd: &c.runCmd, control: newControl(c.Control, c.ControlToken), state: state},
		cmd:            c,
		stop:           stop,
		log:            log,
		entries:        make(chan entry, maxEntries),
		answered:       make(chan struct{}, 1),
		acked:          make(chan struct{}),
		transcriber:    newTranscriber(c.Topic),
	}
	h.reporter = h
	h.transcriber.part = "The device gets its certificate"
	if err := h.newDevice(ctx, log); err != nil {
		return interrupted(ctx, err)
	}
	return h.perform(ctx, std)
}

// perform lets the device act on one side and the reader read on the other.
func (h *handshake) perform(ctx context.Context, std streams) error {
	var acting sync.WaitGroup
	var actErr error
	acting.Go(func() {
		defer close(h.entries)
		actErr = h.runDevice(ctx)
	})
	all, readErr := h.read(ctx, std)
	if readErr != nil {
		h.stop(readErr)
	}
	acting.Wait()
	switch {
	case readErr != nil:
		return readErr
	case ctx.Err() != nil:
		return interrupted(ctx, nil)
	case h.cmd.HTML == "":
		return actErr
	}
	page := transcriptPage{Server: h.Server, Environment: h.Environment.String(), Entries: all}
	return errors.Join(actErr, writePage(h.cmd.HTML, page)) // as far as it went
}

// runDevice is what the device does: it logs in twice, and waits for a push if it is to. The
// device has stopped when it returns.
func (h *handshake) runDevice(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var living sync.WaitGroup
	var runErr error
	living.Go(func() {
		runErr = h.device.Run(ctx)
		stop()
	})
	err := h.script(ctx)
	stop()
	living.Wait()
	if runErr != nil {
		return runErr
	}
	return err
}

// script are the parts of a handshake.
func (h *handshake) script(ctx context.Context) error {
	if err := h.login(ctx); err != nil {
		return err
	}
	if err := h.keep(); err != nil {
		return err
	}
	h.begin("The device reconnects with its base token")
	h.device.Disconnect()
	h.device.Connect()
	if err := h.login(ctx); err != nil {
		return err
	}
	if h.cmd.Wait <= 0 {
		h.device.Disconnect()
		return nil
	}
	return h.push(ctx)
}

// login waits until the device is online and each of its apps has a token.
func (h *handshake) login(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, handshakeTimeout)
	defer stop()
	if err := h.device.Online(ctx); err != nil {
		return h.timeoutError(err, "the courier did not accept the login")
	}
	for _, topic := range h.Topic {
		if _, err := h.device.Token(ctx, topic); err != nil {
			return h.timeoutError(err, "the courier issued no token for "+topic)
		}
	}
	select {
	case <-h.answered:
		return nil
	case <-ctx.Done():
		return h.timeoutError(ctx.Err(), "the courier did not answer the filter")
	}
}

// timeoutError says how far the handshake came.
func (h *handshake) timeoutError(err error, what string) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &failure{
			code: exitFailure, err: fmt.Errorf("%s within %s", what, handshakeTimeout),
			remedy: "run device-sim run --log-level debug to see what the courier sent instead",
		}
	}
	return err
}

// push waits for a push, from the moment the reader was told to send one.
func (h *handshake) push(ctx context.Context) error {
	h.mu.Lock()
	h.transcriber.part = "A push arrives"
	p := h.transcriber.newEntry("Now send a push", fmt.Sprintf("The device waits for it for up to %s.", h.cmd.Wait))
	for _, a := range h.device.Apps() {
		p.Rows = append(p.Rows, row{"to " + a.Topic, fmt.Sprintf("apns-sim send --control %s --topic %s --token %s", h.control.url, a.Topic, a.Token)})
	}
	p.shown = make(chan struct{})
	h.tell(p)
	h.mu.Unlock()
	select {
	case <-p.shown:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-h.acked:
		h.device.Disconnect()
		return nil
	case <-time.After(h.cmd.Wait):
		return &failure{
			code: exitFailure, err: fmt.Errorf("no push arrived within %s", h.cmd.Wait),
			remedy: "send one to a token shown above, with apns-sim send or from a provider, before --wait expires",
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep keeps the tokens for later runs.
func (h *handshake) keep() error {
	base, tokens := h.device.BaseToken(), h.device.Tokens()
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state.saveTokens(h.Environment, base, tokens)
}

// begin begins a part with the next entry.
func (h *handshake) begin(part string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.transcriber.part = part
}

// tell gives an entry to the reader. mu is held.
func (h *handshake) tell(p entry) {
	select {
	case h.entries <- p:
	default: // thousands are waiting; it is no handshake any longer
	}
}

// open opens the sealed tokens of an entry up, as APNs can. It is done for the reader:
// the device goes on meanwhile. A courier that does not tell what is in them leaves them
// sealed.
func (h *handshake) open(ctx context.Context, p *entry) {
	for i := range p.Items {
		item := &p.Items[i]
		if !item.sealed || h.noControlAPI {
			continue
		}
		opened, err := h.control.openToken(ctx, item.Value)
		if err != nil {
			h.log.Debug("a token stays sealed", "err", err)
			f, known := errors.AsType[*failure](err)
			h.noControlAPI = known && f.code == exitUnreachable
			continue
		}
		item.Rows = append(item.Rows, opened.rows()...)
	}
}

// read shows entries until there are no more, or ctx ends. It gives them all.
func (h *handshake) read(ctx context.Context, std streams) ([]entry, error) {
	var broken error
	text := &transcriptText{page{sink: sink{w: std.stdout, failed: func(err error) {
		broken = &failure{code: exitFailure, err: fmt.Errorf("write to stdout: %w", err)}
	}}, color: std.colorOut}}
	var next func() (string, bool)
	if h.cmd.Step && std.stdin != nil {
		next = std.lines(ctx)
	}
	var all []entry
	for p := range h.entries {
		h.open(ctx, &p)
		all = append(all, p)
		text.entry(p)
		if p.shown != nil {
			close(p.shown)
		}
		if broken != nil {
			return all, broken
		}
		if next == nil {
			continue
		}
		// At the end of the input nothing is waited for.
		if _, typed := next(); !typed && ctx.Err() != nil {
			return all, nil
		}
	}
	return all, nil
}
