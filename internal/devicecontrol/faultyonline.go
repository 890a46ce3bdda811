package devicecontrol

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
)

// faultsOfLogins are the rules in force that may keep a device from coming online.
func (ds *Devices) faultsOfLogins() []fault.State {
	return ds.Faults.RulesAt(fault.AtAccept, fault.AtHandshake, fault.AtLogin)
}

// explainTimeout has an error say which rules have applied to logins since faultsOfLogins
// returned before, if the time was up and there are any.
func (ds *Devices) explainTimeout(err error, before []fault.State) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	type name struct{ space, rule string }
	applied := map[name]int{}
	for i := range before {
		applied[name{before[i].Space, before[i].Name}] = before[i].Applied
	}
	var rules []string
	for _, now := range ds.faultsOfLogins() {
		if n := now.Applied - applied[name{now.Space, now.Name}]; n > 0 {
			rules = append(rules, fmt.Sprintf("%q (%v; applied %d times)", now.Name, &now.What, n))
		}
	}
	if rules == nil {
		return err
	}
	return fmt.Errorf("%w; %w: %s; remove them, or limit them with where or when", err, controlapi.ErrFaults, strings.Join(rules, ", "))
}
