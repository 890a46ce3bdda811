package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestEveryDeviceActionHasACommand(t *testing.T) {
	commands := reflect.TypeFor[deviceCommand]()
	for _, action := range controlapi.DeviceActions() {
		var field string
		for word := range strings.SplitSeq(action.Name, "-") {
			field += strings.ToUpper(word[:1]) + word[1:]
		}
		command, ok := commands.FieldByName(field)
		if assert.True(t, ok, action.Name) {
			_, hasTopic := command.Type.FieldByName("Topic")
			assert.Equal(t, action.App, hasTopic, action.Name)
		}
	}
}
