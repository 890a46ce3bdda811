package control

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	faults "github.com/apns-sim/apns-sim/internal/fault"
)

// exampleFault is a rule that was made for the document.
var exampleFault = map[string]any{
	"name":  "busy",
	"where": map[string]string{"topic": "com.example.app"},
	"when":  map[string]any{"times": 2},
	"what":  map[string]any{"do": "respond", "reason": "TooManyRequests"},
}

func registerFaults(r *router) {
	register(r, huma.Operation{
		OperationID: "list-faults", Method: http.MethodGet, Path: "/v1/faults", Tags: []string{"faults"},
		Summary: "List faults, and the seed of random faults",
	}, r.server.listFaults)
	register(r, huma.Operation{
		OperationID: "add-fault", Method: http.MethodPost, Path: "/v1/faults", Tags: []string{"faults"}, DefaultStatus: http.StatusCreated,
		Summary: "Add a fault, or all faults of a preset",
		Description: "A fault has a name, filters that select what it applies to, conditions for when and how often it applies, and an action. " +
			"With `preset` instead of `what`, adds the faults of a preset, restricted by `where`; `when` replaces the preset's own conditions.",
		RequestBody: exampleBody(exampleFault),
		Errors:      []int{http.StatusConflict, http.StatusUnprocessableEntity},
	}, r.server.addFault)
	register(r, huma.Operation{
		OperationID: "get-fault", Method: http.MethodGet, Path: "/v1/faults/{name}", Tags: []string{"faults"},
		Summary: "Show a fault and its number of hits",
		Errors:  []int{http.StatusNotFound, http.StatusConflict},
	}, r.server.getFault)
	register(r, huma.Operation{
		OperationID: "remove-fault", Method: http.MethodDelete, Path: "/v1/faults/{name}", Tags: []string{"faults"}, DefaultStatus: http.StatusNoContent,
		Summary: "Remove a fault",
		Errors:  []int{http.StatusNotFound, http.StatusConflict},
	}, r.server.removeFault)
	register(r, huma.Operation{
		OperationID: "remove-faults", Method: http.MethodDelete, Path: "/v1/faults", Tags: []string{"faults"},
		Summary: "Remove all faults, or those of a space",
	}, r.server.removeFaults)
	register(r, huma.Operation{
		OperationID: "fault-presets", Method: http.MethodGet, Path: "/v1/fault-presets", Tags: []string{"faults"},
		Summary: "List presets: misbehaviors observed at APNs",
	}, r.server.faultPresets)
	register(r, huma.Operation{
		OperationID: "fault-kinds", Method: http.MethodGet, Path: "/v1/fault-kinds", Tags: []string{"faults"},
		Summary: "List the kinds of faults with their parameters, and the filters for faults",
	}, r.server.faultKinds)
	register(r, huma.Operation{
		OperationID: "reserved-tokens", Method: http.MethodGet, Path: "/v1/reserved-tokens", Tags: []string{"faults"},
		Summary: "List reserved device tokens, each with a fixed outcome",
	}, r.server.reservedTokens)
}

// faultList is the faults in force.
type faultList struct {
	Body struct {
		Seed   uint64         `json:"seed" doc:"Seed of random faults; --fault-seed sets it"`
		Faults []faults.State `json:"faults"`
	}
}

func (s *Server) listFaults(context.Context, *struct{}) (*faultList, error) {
	engine := s.Faults
	list := new(faultList)
	list.Body.Seed, list.Body.Faults = engine.Seed(), engine.Rules()
	return list, nil
}

// askedFault is a rule, or a preset in place of what it does.
type askedFault struct {
	Body struct {
		Name   string         `json:"name,omitempty" doc:"Name, unique within its space; generated if absent" maxLength:"100"`
		Space  string         `json:"space,omitempty" doc:"Space that it is limited to"`
		Where  faults.Where   `json:"where,omitempty" doc:"Filters, and listener, connection, source, path and body; default: everything"`
		When   faults.When    `json:"when,omitzero" doc:"When it applies; default: always"`
		What   *faults.Action `json:"what,omitempty" doc:"Action"`
		Preset string         `json:"preset,omitempty" doc:"Name of a preset, instead of what"`
	}
}

// addedFaults are rules with their names.
type addedFaults struct {
	Body struct {
		Faults []faults.Rule `json:"faults"`
	}
}

func (s *Server) addFault(_ context.Context, in *askedFault) (*addedFaults, error) {
	rules, err := in.rules()
	if err != nil {
		return nil, err
	}
	added := new(addedFaults)
	added.Body.Faults, err = s.Faults.Add(rules...)
	switch {
	case errors.Is(err, faults.ErrName):
		return nil, reject(http.StatusConflict, "%v", err)
	case err != nil:
		return nil, reject(http.StatusUnprocessableEntity, "%v", err)
	}
	return added, nil
}

// rules returns the rules that are asked for.
func (in *askedFault) rules() ([]faults.Rule, error) {
	b := &in.Body
	switch {
	case b.What != nil && b.Preset == "":
		return []faults.Rule{{Name: b.Name, Space: b.Space, Where: b.Where, When: b.When, What: *b.What}}, nil
	case b.What != nil:
		return nil, reject(http.StatusUnprocessableEntity, "both what and preset are set; leave one out")
	case b.Preset == "":
		return nil, reject(http.StatusUnprocessableEntity, "what is missing; say what goes wrong, or name a preset")
	case b.Name != "":
		return nil, reject(http.StatusUnprocessableEntity, "name is set; the faults of a preset have names already")
	}
	preset, err := faults.FindPreset(b.Preset)
	if err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "%v", err)
	}
	rules, err := preset.With(b.Where, b.When)
	if err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "%v", err)
	}
	for i := range rules {
		rules[i].Space = b.Space
	}
	return rules, nil
}

// faultName names a rule.
type faultName struct {
	Name  string `path:"name" example:"busy" doc:"The name of the fault"`
	Space string `query:"space" example:"SIMTEAM001" doc:"Space of the fault, if several spaces have one of this name"`
}

// oneFault is a rule with what has become of it.
type oneFault struct{ Body faults.State }

func (s *Server) getFault(_ context.Context, in *faultName) (*oneFault, error) {
	state, err := s.findFault(in)
	if err != nil {
		return nil, err
	}
	return &oneFault{state}, nil
}

// findFault returns the one rule that is meant. Without a space that is the rule of no
// space, or else the only one of the name.
func (s *Server) findFault(in *faultName) (found faults.State, err error) {
	var spaces []string
	for _, state := range s.Faults.Rules() {
		switch {
		case state.Name != in.Name:
		case state.Space == in.Space:
			return state, nil
		case in.Space == "":
			found = state
			spaces = append(spaces, state.Space)
		}
	}
	switch {
	case len(spaces) == 0:
		return found, reject(http.StatusNotFound, "there is no fault %q; /v1/faults lists them", in.Name)
	case len(spaces) > 1:
		return found, reject(http.StatusConflict, "each of the spaces %q has a fault %q; say which one with space", spaces, in.Name)
	}
	return found, nil
}

func (s *Server) removeFault(_ context.Context, in *faultName) (*struct{}, error) {
	found, err := s.findFault(in)
	if err != nil {
		return nil, err
	}
	if err := s.Faults.Remove(found.Space, found.Name); err != nil { // somebody else has
		return nil, reject(http.StatusNotFound, "%v", err)
	}
	return nil, nil // there is nothing to say: 204
}

// faultsOf names the space whose faults are meant.
type faultsOf struct {
	Space string `query:"space" example:"SIMTEAM001" doc:"Only faults of this space"`
}

// removed counts.
type removed struct {
	Body struct {
		Removed int `json:"removed" doc:"Number of entries"`
	}
}

func (s *Server) removeFaults(_ context.Context, in *faultsOf) (*removed, error) {
	out := new(removed)
	out.Body.Removed = s.Faults.RemoveSpace(in.Space)
	return out, nil
}

// presetList is the table of presets.
type presetList struct {
	Body struct {
		Presets []preset `json:"presets"`
	}
}

// A preset is a quirk as the API shows it.
type preset struct {
	Name    string        `json:"name"`
	Symptom string        `json:"symptom" doc:"What users of provider libraries reported"`
	Happens string        `json:"happens" doc:"What happens on the wire"`
	Source  string        `json:"source"`
	Always  bool          `json:"always,omitempty" doc:"Whether the simulator always behaves like this"`
	Faults  []faults.Rule `json:"faults"`
}

func (s *Server) faultPresets(context.Context, *struct{}) (*presetList, error) {
	list := new(presetList)
	for _, p := range faults.Presets() {
		list.Body.Presets = append(list.Body.Presets, preset{p.Name, p.Symptom, p.Happens, p.Source, p.Always != "", append([]faults.Rule{}, p.Rules...)})
	}
	return list, nil
}

// kindList is the vocabulary of faults.
type kindList struct {
	Body struct {
		Kinds []faultKind `json:"kinds"`
		Where []whereWord `json:"where" doc:"Filters for faults"`
	}
}

// A faultKind is a kind of fault as the API shows it.
type faultKind struct {
	Do    string   `json:"do"`
	Point string   `json:"point" doc:"Fault point"`
	Does  string   `json:"does"`
	Needs []string `json:"needs"`
	Takes []string `json:"takes"`
}

// A whereWord is a word of where as the API shows it.
type whereWord struct {
	Word    string `json:"word"`
	Help    string `json:"help"`
	Example string `json:"example"`
}

func (s *Server) faultKinds(context.Context, *struct{}) (*kindList, error) {
	list := new(kindList)
	for _, k := range faults.Kinds() {
		list.Body.Kinds = append(list.Body.Kinds, faultKind{
			string(k.Kind), k.Point.String(), k.Does, append([]string{}, k.Needs...), append([]string{}, k.Takes...),
		})
	}
	for _, w := range faults.WhereWords() {
		list.Body.Where = append(list.Body.Where, whereWord{w.Name, w.Help, w.Example})
	}
	return list, nil
}

// reservedList is the table of reserved tokens.
type reservedList struct {
	Body struct {
		Tokens []reservedToken `json:"tokens"`
	}
}

// A reservedToken is a reserved device token as the API shows it.
type reservedToken struct {
	Outcome string `json:"outcome"`
	Token   string `json:"token"`
	Does    string `json:"does"`
}

func (s *Server) reservedTokens(context.Context, *struct{}) (*reservedList, error) {
	list := new(reservedList)
	for _, r := range faults.ReservedTokens() {
		list.Body.Tokens = append(list.Body.Tokens, reservedToken{r.Name, r.Token.String(), r.Does})
	}
	return list, nil
}
