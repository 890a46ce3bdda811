// Package controlapi has the types of requests and responses about spaces, teams, devices,
// channels and connections. The control API writes them as JSON; sim, teamcontrol,
// devicecontrol and spacecontrol take and return them, so that they need not import control.
package controlapi
