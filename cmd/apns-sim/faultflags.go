package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/fault/condition"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// faultFlags say what goes wrong on purpose.
type faultFlags struct {
	Fault            []string `placeholder:"FAULT" sep:"none" help:"Inject a fault: the name of a preset, such as resets, or a rule in JSON; repeatable. docs/faults.md lists both."`
	FaultSeed        uint64   `placeholder:"N" help:"Seed of random faults; the log names it, so that a run can be repeated."`
	NoReservedTokens bool     `help:"Respond with BadDeviceToken to the reserved device tokens that 'apns-sim token' prints, instead of their outcome."`
}

// apply puts the faults into a configuration.
func (f *faultFlags) apply(cfg *sim.Config) error {
	cfg.Provider.NoReservedTokens = f.NoReservedTokens
	cfg.Faults = fault.Config{Seed: f.FaultSeed, Compile: condition.Compile}
	var wrong []error
	for _, text := range f.Fault {
		rules, err := parseFault(text)
		if err != nil {
			wrong = append(wrong, badFlag("fault", ": %w", err))
		}
		cfg.FaultRules = append(cfg.FaultRules, rules...)
	}
	if wrong == nil && len(cfg.FaultRules) > 0 { // what only shows when they are in force together
		if _, err := fault.New(cfg.Faults).Add(cfg.FaultRules...); err != nil {
			wrong = append(wrong, badFlag("fault", ": %w", err))
		}
	}
	return errors.Join(wrong...)
}

// parseFault reads the name of a preset, or a rule in JSON.
func parseFault(text string) ([]fault.Rule, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		preset, err := fault.FindPreset(text)
		if err != nil {
			return nil, err
		}
		return preset.With(nil, fault.When{})
	}
	var rule fault.Rule
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&rule); err != nil {
		return nil, fmt.Errorf("%s: %w%s", text, err, nearestMember(err))
	}
	return []fault.Rule{rule}, rule.Check()
}

// unknownMember is how encoding/json says that there is no such member.
var unknownMember = regexp.MustCompile(`unknown field "(.*)"`)

// nearestMember goes on behind an error about a member of a rule that there is not.
func nearestMember(err error) string {
	found := unknownMember.FindStringSubmatch(err.Error())
	if found == nil {
		return ""
	}
	nearest, _ := spelling.Nearest(found[1], members(reflect.TypeFor[fault.Rule]()))
	return fmt.Sprintf("; did you mean %q?", nearest)
}

// members lists the names in JSON of a struct and of those within it.
func members(of reflect.Type) (names []string) {
	for field := range of.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
		within := field.Type
		if within.Kind() == reflect.Pointer {
			within = within.Elem()
		}
		if within.Kind() == reflect.Struct {
			names = append(names, members(within)...)
		}
	}
	return slices.Compact(names)
}
