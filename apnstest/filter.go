package apnstest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Filter selects pushes, or says which of them a [Fault] applies to. If there are
// several filters, a push has to match all of them; if a filter has several values, one
// of them:
//
//	apple.Wait(2, apnstest.ByTopic(app.Topic), apnstest.ByState(apnstest.Stored, apnstest.Dropped))
type Filter struct {
	word   string
	values []string
}

// ByID selects by apns-id, or apns-request-id for a broadcast.
func ByID(ids ...string) Filter { return Filter{"apns-id", ids} }

// ByUniqueID selects by apns-unique-id.
func ByUniqueID(ids ...string) Filter { return Filter{"apns-unique-id", ids} }

// ByTeam selects by the team whose credentials were accepted. A [Space] contains only
// the pushes of its team.
func ByTeam(teamIDs ...string) Filter { return Filter{"space", teamIDs} }

// ByEnvironment selects pushes to production or the sandbox.
func ByEnvironment(environments ...apns.Environment) Filter {
	return Filter{"environment", texts(environments, apns.Environment.String)}
}

// ByTopic selects by apns-topic; for broadcasts, by bundle ID.
func ByTopic(topics ...string) Filter { return Filter{"topic", topics} }

// ByToken selects by device token, in hex.
func ByToken(tokens ...string) Filter { return Filter{"token", tokens} }

// ByDevice selects by device; see [Device.ID].
func ByDevice(ids ...string) Filter { return Filter{"device", ids} }

// ByChannel selects broadcasts by channel; see [Channel].
func ByChannel(ids ...string) Filter { return Filter{"channel", ids} }

// ByPushType selects by apns-push-type, as the provider wrote it.
func ByPushType(types ...apns.PushType) Filter {
	return Filter{"push-type", texts(types, func(t apns.PushType) string { return string(t) })}
}

// ByPriority selects by priority: 10, 5 or 1.
func ByPriority(priorities ...int) Filter { return Filter{"priority", texts(priorities, strconv.Itoa)} }

// ByCollapseID selects by apns-collapse-id.
func ByCollapseID(ids ...string) Filter { return Filter{"collapse-id", ids} }

// ByState selects pushes that have reached a state.
func ByState(states ...State) Filter {
	return Filter{"state", texts(states, func(s State) string { return string(s) })}
}

// ByStatus selects by the HTTP status of the response.
func ByStatus(statuses ...int) Filter { return Filter{"status", texts(statuses, strconv.Itoa)} }

// ByReason selects rejected pushes by reason.
func ByReason(reasons ...apns.Reason) Filter {
	return Filter{"reason", texts(reasons, func(r apns.Reason) string { return string(r) })}
}

// Since selects pushes received at that time or later, by the clock of the space.
func Since(t time.Time) Filter { return Filter{"since", []string{t.Format(time.RFC3339)}} }

// Until selects pushes received at that time or earlier, by the clock of the space.
func Until(t time.Time) Filter { return Filter{"until", []string{t.Format(time.RFC3339)}} }

// ByPayload selects by the value at a path in the payload, such as aps.badge,
// aps.alert.title or items.0. The value is a string, a number or a bool. Without a
// value, it selects payloads that have the path.
func ByPayload(path string, values ...any) Filter {
	if len(values) == 0 {
		values = []any{""}
	}
	return Filter{filters.PayloadPrefix + path, texts(values, func(v any) string { return fmt.Sprint(v) })}
}

func texts[T any](values []T, text func(T) string) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = text(v)
	}
	return list
}

// query returns filters as package filters reads them.
func query(list []Filter) (map[string][]string, error) {
	words := make(map[string][]string)
	for _, f := range list {
		if len(f.values) == 0 {
			return nil, fmt.Errorf("the filter %q has no value; give at least one", f.word)
		}
		words[f.word] = append(words[f.word], f.values...)
	}
	return words, nil
}

// parse reads the filters, for the pushes of the space.
func (s *Space) parse(list []Filter) filters.Filter {
	s.tb.Helper()
	words, err := query(list)
	if err == nil {
		if !s.isDefault() {
			words["space"] = []string{s.TeamID}
		}
		var f filters.Filter
		if f, err = filters.Parse(words, s.Clock.Now()); err == nil {
			return f
		}
	}
	s.tb.Fatalf("apnstest: filter: %v", err)
	return filters.Filter{}
}
