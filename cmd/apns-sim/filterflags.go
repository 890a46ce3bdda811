package main

import (
	"net/url"
	"reflect"
	"strings"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// filterFlags are the filter words as flags; their help is in the table of words.
// They have no variables: those that exec sets for other purposes would narrow down
// without anybody noticing.
type filterFlags struct {
	Space        []string `name:"space" env:"-" sep:"none" placeholder:"TEAM" help:"${filter_space}"`
	Environment  []string `name:"environment" env:"-" sep:"none" placeholder:"ENV" help:"${filter_environment}"`
	Topic        []string `name:"topic" env:"-" sep:"none" placeholder:"TOPIC" help:"${filter_topic}"`
	Token        []string `name:"token" env:"-" sep:"none" placeholder:"HEX" help:"${filter_token}"`
	Device       []string `name:"device" env:"-" sep:"none" placeholder:"ID" help:"${filter_device}"`
	Channel      []string `name:"channel" env:"-" sep:"none" placeholder:"ID" help:"${filter_channel}"`
	PushType     []string `name:"push-type" env:"-" sep:"none" placeholder:"TYPE" help:"${filter_push_type}"`
	Priority     []string `name:"priority" env:"-" sep:"none" placeholder:"N" help:"${filter_priority}"`
	CollapseID   []string `name:"collapse-id" env:"-" sep:"none" placeholder:"ID" help:"${filter_collapse_id}"`
	APNsID       []string `name:"apns-id" env:"-" sep:"none" placeholder:"UUID" help:"${filter_apns_id}"`
	APNsUniqueID []string `name:"apns-unique-id" env:"-" sep:"none" placeholder:"UUID" help:"${filter_apns_unique_id}"`
	State        []string `name:"state" env:"-" sep:"none" placeholder:"STATE" help:"${filter_state}"`
	Status       []string `name:"status" env:"-" sep:"none" placeholder:"N" help:"${filter_status}"`
	Reason       []string `name:"reason" env:"-" sep:"none" placeholder:"REASON" help:"${filter_reason}"`
	Since        []string `name:"since" env:"-" sep:"none" placeholder:"TIME" help:"${filter_since}"`
	Until        []string `name:"until" env:"-" sep:"none" placeholder:"TIME" help:"${filter_until}"`
	Payload      []string `name:"payload" env:"-" sep:"none" placeholder:"PATH[=VALUE]" help:"${filter_payload}"`
}

// query returns the words that were given, as the control API takes them.
func (f *filterFlags) query() url.Values {
	words := url.Values{}
	all := reflect.ValueOf(f).Elem()
	for i := range all.NumField() {
		name := all.Type().Field(i).Tag.Get("name")
		for _, value := range all.Field(i).Interface().([]string) {
			word := name
			if name+"." == filters.PayloadPrefix {
				path, wanted, _ := strings.Cut(value, "=")
				word, value = filters.PayloadPrefix+path, wanted
			}
			words.Add(word, value)
		}
	}
	return words
}

// filterHelp is what the words mean, for the grammar.
func filterHelp(vars map[string]string) {
	for _, word := range filters.Words() {
		name := strings.TrimSuffix(word.Name, ".")
		vars["filter_"+strings.ReplaceAll(name, "-", "_")] = "Filter: " + word.Help + "; repeatable."
	}
	vars["filter_payload"] = "Filter: a value in the payload by its path, as in aps.alert.title=Hello; without a value, that there is one; repeatable."
}
