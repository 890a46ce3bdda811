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

// explainTimeout adds to a timeout error the rules that have applied to logins since
// before, an earlier result of faultsOfLogins.
func (ds *Devices) explainTimeout(err error, before []fault.State) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	type name struct{ space, rule string }
	applied := map[name]int{}
	for i := range before {
		applied[name{before[i].Space, before[i].Name}] = before[i].Hits
	}
	var rules []string
	for _, now := range ds.faultsOfLogins() {
		if n := now.Hits - applied[name{now.Space, now.Name}]; n > 0 {
			rules = append(rules, fmt.Sprintf("%q (%v; applied %d times)", now.Name, &now.What, n))
		}
	}
	if rules == nil {
		return err
	}
	return fmt.Errorf("%w; %w: %s; remove them, or limit them with where or when", err, controlapi.ErrFaults, strings.Join(rules, ", "))
}
