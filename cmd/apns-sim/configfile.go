package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// A configFile has settings by the names of flags.
type configFile struct {
	path    string // or the variable or flag that has the settings themselves
	entries map[string]configEntry
	remarks []string // about old names of settings
}

// kind says where the settings stand: in a file, a variable, or the flag itself.
func (f *configFile) kind() string {
	switch f.path {
	case configFlag:
		return "flag " + f.path
	case configVariable:
		return "variable " + f.path
	}
	return "file " + f.path
}

// A configEntry is a setting in a file.
type configEntry struct {
	value any // as kong takes it
	line  int
}

// plurals are the flags that may be given more than once, as a list is called.
var plurals = map[string]string{"faults": "fault", "keys": "key", "topics": "topic", "names": "name"}

// The names of the flag and the variable that have the path of the file, or settings.
const (
	configFlag     = "--config"
	configVariable = "APNS_SIM_CONFIG"
)

// notInFile are the flags that make no sense in a file.
var notInFile = []string{"help", "help-all", "config"}

// holdsSettings reports whether the value of --config is settings and not the path of a file:
// JSON, or YAML with more than a word.
func holdsSettings(value string) bool {
	return strings.HasPrefix(strings.TrimSpace(value), "{") || strings.ContainsAny(value, "\r\n") || strings.Contains(value, ": ")
}

// readConfig reads a file, or settings themselves that stand in origin, against the flags there
// are. The error lists everything that is wrong, each with its place and the nearest right word.
func readConfig(value, origin string, flags []*kong.Flag) (*configFile, error) {
	if holdsSettings(value) {
		return parseConfig([]byte(value), origin, flags)
	}
	text, err := os.ReadFile(value)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	return parseConfig(text, value, flags)
}

func parseConfig(text []byte, path string, flags []*kong.Flag) (*configFile, error) {
	document, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0, parser.AllowDuplicateMapKey()) // reported below with its line
	if err != nil {
		return nil, yamlError(path, err)
	}
	r := &configReader{file: &configFile{path: path, entries: map[string]configEntry{}}, flags: map[string]*kong.Flag{}}
	for _, flag := range flags {
		if !slices.Contains(notInFile, flag.Name) {
			r.flags[flag.Name] = flag
			for _, old := range flag.Aliases {
				r.flags[old] = flag
			}
		}
	}
	for _, part := range document.Docs {
		r.document(part.Body)
	}
	return r.file, errors.Join(r.wrong...)
}

// yamlError says where a file is no YAML.
func yamlError(path string, err error) error {
	if at, ok := errors.AsType[yaml.Error](err); ok && at.GetToken() != nil {
		p := at.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", path, p.Line, p.Column, at.GetMessage())
	}
	return fmt.Errorf("%s: %w", path, err)
}

// A configReader reads a file and collects what is wrong.
type configReader struct {
	file  *configFile
	flags map[string]*kong.Flag
	wrong []error
}

func (r *configReader) reject(at *token.Token, format string, args ...any) {
	place := fmt.Sprintf("%s:%d:%d: ", r.file.path, at.Position.Line, at.Position.Column)
	r.wrong = append(r.wrong, fmt.Errorf(place+format, args...))
}

// document reads the settings of a document; an empty one has none.
func (r *configReader) document(body ast.Node) {
	switch body := body.(type) {
	case nil, *ast.CommentGroupNode:
	case *ast.MappingNode:
		for _, entry := range body.Values {
			r.entry(entry)
		}
	case *ast.MappingValueNode:
		r.entry(body)
	default:
		r.reject(body.GetToken(), "expected settings, such as listen: 127.0.0.1:2197")
	}
}

// entry reads a setting.
func (r *configReader) entry(e *ast.MappingValueNode) {
	at := e.Key.GetToken()
	name := at.Value
	if singular, ok := plurals[name]; ok {
		name = singular
	}
	flag := r.flags[name]
	if flag == nil {
		nearest, _ := spelling.Nearest(at.Value, slices.Concat(sorted(r.flags), sorted(plurals)))
		r.reject(at, "unknown setting %q; did you mean %s?", at.Value, nearest)
		return
	}
	if flag.Name != name {
		r.file.remarks = append(r.file.remarks, renamed(fmt.Sprintf("%s:%d: %s", r.file.path, at.Position.Line, name), flag.Name))
		name = flag.Name
	}
	if other, twice := r.file.entries[name]; twice {
		r.reject(at, "%s is already set in line %d", name, other.line)
		return
	}
	value, ok := r.value(at.Value, flag, e.Value)
	if !ok {
		return
	}
	if err := try(flag, value); err != nil {
		r.reject(e.Value.GetToken(), "%s: %v", at.Value, err)
		return
	}
	r.file.entries[name] = configEntry{value, at.Position.Line}
}

// value reads what a setting is set to: a word, or for a flag that may be repeated a
// list, in which a mapping stands for its JSON.
func (r *configReader) value(name string, flag *kong.Flag, node ast.Node) (any, bool) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return r.scalar(name, node)
	}
	if flag.Target.Kind() != reflect.Slice {
		r.reject(node.GetToken(), "%s takes one value, not a list", name)
		return nil, false
	}
	all := make([]any, 0, len(list.Values))
	for _, element := range list.Values {
		value, ok := r.element(name, element)
		if ok && flag.Name == "fault" {
			if _, err := parseFault(fmt.Sprint(value)); err != nil {
				r.reject(element.GetToken(), "%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
				ok = false
			}
		}
		if ok {
			all = append(all, value)
		}
	}
	return all, len(all) == len(list.Values)
}

func (r *configReader) element(name string, node ast.Node) (any, bool) {
	if node.Type() != ast.MappingType && node.Type() != ast.MappingValueType {
		return r.scalar(name, node)
	}
	var value map[string]any
	if err := yaml.NodeToValue(node, &value); err != nil {
		r.wrong = append(r.wrong, yamlError(r.file.path, err))
		return nil, false
	}
	text, err := json.Marshal(value)
	if err != nil {
		r.reject(node.GetToken(), "%s: %v", name, err)
		return nil, false
	}
	return string(text), true
}

func (r *configReader) scalar(name string, node ast.Node) (any, bool) {
	switch node := node.(type) {
	case *ast.NullNode:
		r.reject(node.GetToken(), "%s is empty; set a value or remove it", name)
		return nil, false
	case ast.ScalarNode:
		return node.GetToken().Value, true
	}
	r.reject(node.GetToken(), "%s takes a string or a number here", name)
	return nil, false
}

// try reads a value as the flag would.
func try(flag *kong.Flag, value any) error {
	scratch := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(value, kong.FlagValueToken)
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, scratch); err != nil {
		return plainError(err)
	}
	if flag.Enum != "" && !flag.EnumMap()[fmt.Sprint(value)] {
		nearest, _ := spelling.Nearest(fmt.Sprint(value), flag.EnumSlice())
		return fmt.Errorf("unknown value %q; did you mean %s?", value, nearest)
	}
	return nil
}
