package state

import (
	"encoding/json"
	"errors"
)

// Seeds are written by hand, so some elements have a short form.

// UnmarshalJSON parses an app, or its bundle ID alone.
func (a *App) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &a.BundleID) == nil {
		return nil
	}
	type long App
	return Strict(data, (*long)(a))
}

// UnmarshalJSON parses an app on a device, or its topic alone.
func (a *DeviceApp) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &a.Topic) == nil {
		return nil
	}
	type long DeviceApp
	return Strict(data, (*long)(a))
}

// UnmarshalJSON parses a fault, or its rule alone.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var rule struct {
		What json.RawMessage `json:"what"`
	}
	if err := json.Unmarshal(data, &rule); err != nil {
		return errors.New("write a fault rule, in { and }")
	}
	if rule.What != nil {
		f.Rule = append(json.RawMessage(nil), data...)
		return nil
	}
	type long Fault
	return Strict(data, (*long)(f))
}
