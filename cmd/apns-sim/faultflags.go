package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// faultFlags say what goes wrong on purpose.
type faultFlags struct {
	Fault            []string `placeholder:"FAULT" sep:"none" help:"Let something go wrong: the name of a preset, such as resets, or a rule in JSON; repeatable. docs/faults.md lists them."`
	FaultSeed        uint64   `placeholder:"N" help:"Repeat what happened by chance in a run with this seed; otherwise one is drawn, and logged if there are faults."`
	NoReservedTokens bool     `help:"Take the device tokens that bring about an outcome for what they are at Apple: BadDeviceToken."`
}

// apply puts the faults into a configuration.
func (f *faultFlags) apply(cfg *sim.Config) error {
	cfg.Provider.NoReservedTokens = f.NoReservedTokens
	cfg.Faults = fault.Config{Seed: f.FaultSeed}
	for _, text := range f.Fault {
		rules, err := parseFault(text)
		if err != nil {
			return fmt.Errorf("--fault: %w", err)
		}
		cfg.FaultRules = append(cfg.FaultRules, rules...)
	}
	return nil
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
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return []fault.Rule{rule}, rule.Check()
}
