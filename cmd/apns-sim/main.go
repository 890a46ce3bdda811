// Command apns-sim is the Apple Push Notification service on one machine:
// providers push to it over HTTP/2, devices connect to it over the courier
// protocol, and it routes, stores and rejects as Apple does.
//
// This package knows flags, signals, files and exit codes. Everything else is
// in package sim.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/secret"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2 // usage or configuration
	exitAddress     = 3 // an address cannot be had
	exitNotMet      = 4 // too few pushes matched in time
	exitNotReady    = 5 // the simulator is not ready
	exitUnreachable = 6 // the simulator does not answer
)

// A usageError is a mistake in the command line or the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func badUsage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], newConsole(os.Stdin, os.Stdout, os.Stderr)))
}

// runCommandLine executes one command line and returns the exit code.
func runCommandLine(ctx context.Context, args []string, c *console, end *exitLimit) int {
	args = versionFlagAsCommand(secret.JoinKey(args, keyTextFlag))
	var exited *int
	from := new(settings)
	parser, err := kong.New(grammarFor(args), grammar,
		kong.Writers(c.stdout, c.stderr),
		kong.Exit(func(code int) { exited = &code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c, from, end),
		kong.Resolvers(from),
	)
	fail := func(err error) int { return report(c, secret.Error(err, secretValues(args, from)...)) }
	if err != nil {
		return fail(err)
	}
	parsed, err := from.parse(parser, args)
	if exited != nil { // help was asked for
		return *exited
	}
	c.asJSON.Store(from.logsJSON(parser.Model, parsed, args, err))
	if err != nil {
		return fail(usageError{err})
	}
	if from.loaded {
		if err := remarkOnVariables(c, parser.Model); err != nil {
			return fail(err)
		}
	}
	for _, remark := range from.renamed(parsed, args) {
		c.remark(remark)
	}
	return fail(parsed.Run())
}

// remarkOnVariables warns about variables that belong to no flag of any command. The whole grammar is built only if
// the part in use does not have one.
func remarkOnVariables(c *console, part *kong.Application) error {
	if len(strangeVariables(part, os.Environ())) == 0 {
		return nil
	}
	whole, err := wholeModel()
	if err != nil {
		return err
	}
	for _, remark := range strangeVariables(whole, os.Environ()) {
		c.remark(remark)
	}
	return nil
}

// withHint adds to mistakes in the command line, of which kong told the first, where
// help is to be had: with the command, if one was written.
func withHint(err, first error, args []string) error {
	command := "apns-sim"
	if wrong, ok := errors.AsType[*kong.ParseError](first); ok {
		if selected := wrong.Context.Selected(); selected != nil && slices.Contains(args, selected.Name) {
			command = selected.FullPath()
		}
	}
	hint := ""
	if slices.ContainsFunc(args, func(arg string) bool { return len(arg) > 1 && arg[0] == '-' && '0' <= arg[1] && arg[1] <= '9' }) {
		hint = "; write a value that begins with - after --, or with =, as in --flag=-1s"
	}
	return fmt.Errorf("%w%s\n  see %s --help%s", err, nearestCommand(first, args), command, hint)
}

// unexpectedArgument is how kong says that a command takes no such argument.
const unexpectedArgument = "unexpected argument "

// nearestCommand goes on behind the mistake about a word that stands where the command should.
// kong names the nearest command of a group itself, but takes such a word for an argument of
// the default command.
func nearestCommand(first error, args []string) string {
	word, found := strings.CutPrefix(first.Error(), unexpectedArgument)
	names := commandNames()
	if !found || strings.Contains(word, ",") || slices.Contains(names, args[0]) {
		return ""
	}
	if slices.Contains(names, word) {
		return fmt.Sprintf("; the command comes first: apns-sim %s", word)
	}
	nearest, edits := spelling.Nearest(word, names)
	if edits > len(nearest)/2 {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", nearest)
}

// report prints an error and turns it into an exit code.
func report(c *console, err error) int {
	if err == nil {
		return exitOK
	}
	if code, ok := errors.AsType[childExit](err); ok && err.Error() == code.Error() {
		return int(code) // there is nothing else to tell
	}
	if !errors.Is(err, errPrinted) {
		c.complain(err)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*sim.AddressError](err); ok {
		return exitAddress
	}
	if errors.Is(err, errNotMet) {
		return exitNotMet
	}
	if errors.Is(err, errNotReady) {
		return exitNotReady
	}
	if errors.Is(err, errUnreachable) {
		return exitUnreachable
	}
	if code, ok := errors.AsType[childExit](err); ok {
		return int(code)
	}
	return exitFailure
}

// errPrinted is a failure that the command has printed already.
var errPrinted = errors.New("failed")
