package loadgen

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Script is what happens to a fleet, in order of time. A line of it is a step:
//
//	at 10s disconnect 20%
//	at 15s connect all
//	at 20s ack-delay 200ms
//	at 25s churn vanish=5/s,rotate=1/s
//	at 60s stop
//
// The time counts from the first login on. Empty lines and what follows a # are for the
// reader.
type Script []Step

// A Step is one line of a script.
type Step struct {
	Line      int
	At        time.Duration
	operation operation

	action Action        // of stepAct
	share  Share         // of stepAct
	delay  time.Duration // of stepAckDelay
	churn  Churn         // of stepChurn
}

// An operation is what a step does.
type operation uint8

const (
	stepAct operation = iota
	stepAckDelay
	stepChurn
	stepStop
)

// operationInfo is a row of the table of operations.
type operationInfo struct {
	name      string
	operation operation
	read      func(*Step, string) error // reads the word after it; nil takes none
	example   string
}

// operations is the one table of the words of a step besides the actions.
var operations = []operationInfo{
	{"ack-delay", stepAckDelay, (*Step).readDelay, "ack-delay 200ms"},
	{"churn", stepChurn, (*Step).readChurn, "churn vanish=5/s"},
	{"stop", stepStop, nil, "stop"},
}

// operationNamed gives the row of a word. All actions share one form.
func operationNamed(name string) (operationInfo, error) {
	if _, ok := actionNamed(name); ok {
		return operationInfo{name, stepAct, (*Step).readShare, name + " 20%"}, nil
	}
	known := actionNames(func(actionInfo) bool { return true })
	for _, v := range operations {
		if v.name == name {
			return v, nil
		}
		known = append(known, v.name)
	}
	return operationInfo{}, unknownWord(name, known)
}

// ParseAckDelay reads how long acknowledgements wait: a time, or never.
func ParseAckDelay(word string) (time.Duration, error) {
	if word == "never" {
		return -1, nil
	}
	delay, err := time.ParseDuration(word)
	if err != nil || delay < 0 {
		return 0, fmt.Errorf("%q is no delay; use a time like 200ms, or never", word)
	}
	return delay, nil
}

// ParseScript reads a script. The error names every line that is wrong.
func ParseScript(r io.Reader) (Script, error) {
	var script Script
	var wrong []error
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		step, err := parseStep(words)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", number, err))
			continue
		}
		step.Line = number
		script = append(script, step)
	}
	if err := lines.Err(); err != nil {
		wrong = append(wrong, fmt.Errorf("read the script: %w", err))
	}
	slices.SortStableFunc(script, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return script, errors.Join(wrong...)
}

// parseStep reads the words of a line.
func parseStep(words []string) (Step, error) {
	var s Step
	switch {
	case words[0] != "at":
		return s, fmt.Errorf("%q: a step begins with at and a time, as in: at 10s disconnect 20%%", words[0])
	case len(words) < 3:
		return s, errors.New("a step has a time and an action, as in: at 10s disconnect 20%")
	}
	at, err := time.ParseDuration(words[1])
	if err != nil || at < 0 {
		return s, fmt.Errorf("%q is no time; use one like 10s or 1m30s", words[1])
	}
	s.At = at
	return s, s.parseOperation(words[2], words[3:])
}

// parseOperation reads what is to happen.
func (s *Step) parseOperation(name string, rest []string) error {
	v, err := operationNamed(name)
	if err != nil {
		return err
	}
	s.operation = v.operation
	s.action, _ = actionNamed(name)
	switch {
	case v.read == nil && len(rest) > 0:
		return fmt.Errorf("%q: nothing follows %s, as in: at 10s %s", rest[0], name, v.example)
	case v.read == nil:
		return nil
	case len(rest) != 1:
		return fmt.Errorf("one word follows %s, as in: at 10s %s", name, v.example)
	}
	return v.read(s, rest[0])
}

func (s *Step) readShare(word string) (err error) {
	s.share, err = ParseShare(word)
	return err
}

func (s *Step) readDelay(word string) (err error) {
	s.delay, err = ParseAckDelay(word)
	return err
}

func (s *Step) readChurn(word string) (err error) {
	s.churn, err = ParseChurn(word)
	return err
}

// A Share is a part of a fleet: a number of devices, or a percentage.
type Share struct {
	Devices int
	Percent float64
}

// ParseShare reads all, a percentage like 20%, or a number of devices.
func ParseShare(word string) (Share, error) {
	if word == "all" {
		return Share{Percent: 100}, nil
	}
	if number, ok := strings.CutSuffix(word, "%"); ok {
		percent, err := strconv.ParseFloat(number, 64)
		if err == nil && percent >= 0 && percent <= 100 {
			return Share{Percent: percent}, nil
		}
	} else if devices, err := strconv.Atoi(word); err == nil && devices >= 0 {
		return Share{Devices: devices}, nil
	}
	return Share{}, fmt.Errorf("%q is no part of a fleet; use all, a percentage like 20%%, or a number of devices", word)
}

// of gives the number of devices in a fleet of count.
func (s Share) of(count int) int {
	return min(s.Devices+int(s.Percent/100*float64(count)+0.5), count)
}
