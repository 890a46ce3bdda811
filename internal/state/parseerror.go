package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// A fieldError is about one field of an element.
type fieldError struct {
	field string // with the fields it is in, separated by dots
	text  string
}

func (e *fieldError) Error() string { return e.field + ": " + e.text }

// required reports a field that is empty.
func required(field, value string) error {
	if value == "" {
		return missing(field)
	}
	return nil
}

func missing(field string) error { return &fieldError{field, "is missing; add it"} }

// at puts the path of an element before an error.
func at(path string, err error) error {
	if e, ok := errors.AsType[*fieldError](err); ok {
		return fmt.Errorf("%s.%w", path, e)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Strict decodes JSON into v, and rejects fields that v does not have.
func Strict(text []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Errorf("%s cannot be here; write %s", wrong.Value, example(wrong.Type))
		}
		return &fieldError{wrong.Field, fmt.Sprintf("%s cannot be here; write %s", wrong.Value, example(wrong.Type))}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return unknown(strings.Trim(name, `"`), fieldNames(reflect.TypeOf(v).Elem()))
	}
	return err
}

// example says what a value of a type looks like.
func example(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return `a text in "quotes"`
	case reflect.Slice:
		return "a list, in [ and ]"
	case reflect.Struct, reflect.Map:
		return "an object, in { and }"
	}
	return "a number that is not negative"
}

// unknown reports a name that nothing has.
func unknown(name string, names []string) error {
	nearest, edits := spelling.Nearest(name, names)
	if edits <= len(nearest)/2 {
		return &fieldError{name, fmt.Sprintf("is not known; did you mean %s?", nearest)}
	}
	return &fieldError{name, "is not known; remove it, or use one of " + strings.Join(names, ", ")}
}

// fieldNames lists the fields of a type, in JSON, with those of its own fields.
func fieldNames(t reflect.Type) (names []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return fieldNames(t.Elem())
	case reflect.Struct:
	default:
		return nil
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" {
			names = append(names, name)
		}
		if field.Type.PkgPath() == t.PkgPath() || field.Type.Kind() == reflect.Pointer || field.Type.Kind() == reflect.Slice {
			names = append(names, fieldNames(field.Type)...)
		}
	}
	return names
}

// syntax says where text is no JSON.
func syntax(text []byte, err error) error {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := text[:min(int(wrong.Offset), len(text))]
		line := 1 + bytes.Count(before, []byte("\n"))
		return fmt.Errorf("line %d, column %d: %w", line, len(before)-bytes.LastIndexByte(before, '\n')-1, wrong)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the text ends too early")
	}
	return errors.New("write an object, in { and }")
}
