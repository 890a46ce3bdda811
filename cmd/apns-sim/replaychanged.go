package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
)

// A changedReplay is the response to a push that was sent again with changes, for --json.
type changedReplay struct {
	ID       string `json:"id"`
	ReplayOf string `json:"replayOf"`
	Status   int    `json:"status"`
	Reason   string `json:"reason,omitempty"`
}

// runChanged sends a push with changes, as a provider.
func (r *replayCommand) runChanged(ctx context.Context, c *console) error {
	var old control.FullNotification
	if err := r.call(ctx, http.MethodGet, "/v1/notifications"+segment(r.ID), nil, nil, &old); err != nil {
		return err
	}
	request, err := r.changed(c, &old)
	if err != nil {
		return err
	}
	var got control.PushResponse
	if err := r.call(ctx, http.MethodPost, "/v1/notifications", nil, request, &got); err != nil {
		return err
	}
	again := changedReplay{got.ID, old.ID, got.Status, got.Reason}
	response := strings.TrimSpace(strconv.Itoa(again.Status) + " " + again.Reason)
	if err := showOne(c, r.JSON, &again, [2]string{"apns-id", again.ID}, [2]string{"replay of", again.ReplayOf}, [2]string{"response", response}); err != nil {
		return err
	}
	if again.Status != http.StatusOK {
		return fmt.Errorf("the changed push was rejected: %s", response)
	}
	return nil
}

// changed is an old push with the changes.
func (r *replayCommand) changed(c *console, old *control.FullNotification) (*control.SendRequest, error) {
	switch {
	case old.Failure != nil:
		return nil, fmt.Errorf("%s is a failed request or connection; there is no push to send again", r.ID)
	case old.Channel != "":
		return nil, fmt.Errorf("%s is a broadcast; only pushes to a device token can be changed", r.ID)
	}
	payload, err := base64.StdEncoding.DecodeString(old.PayloadBase64)
	if err != nil {
		return nil, fmt.Errorf("payloadBase64: %w", err)
	}
	if r.Payload != "" {
		if payload, err = readArgument(c, r.Payload); err != nil {
			return nil, usageError{err}
		}
	}
	headers := repeatedHeaders(old)
	for name, value := range r.Header {
		if name = strings.ToLower(name); value == "" {
			delete(headers, name)
		} else {
			headers[name] = value
		}
	}
	return &control.SendRequest{
		Team: old.Space, Environment: old.Environment, Token: cmp.Or(r.Token, old.Token), Headers: headers, PayloadBase64: payload,
	}, nil
}

// notRepeated are the headers of a request that a replay leaves out: the provider token is
// signed anew, the new push gets its own apns-id, and the client sets the others.
var notRepeated = []string{apns.HeaderAuthorization, apns.HeaderID, "content-length", "user-agent"}

// repeatedHeaders are the headers that a push has again; those of a replay, which has no
// request, are made from its record.
func repeatedHeaders(old *control.FullNotification) map[string]string {
	headers := map[string]string{}
	if old.Request != nil {
		for _, h := range old.Request.Headers {
			if !strings.HasPrefix(h.Name, ":") && !slices.Contains(notRepeated, h.Name) {
				headers[h.Name] = h.Value
			}
		}
		return headers
	}
	headers[apns.HeaderTopic], headers[apns.HeaderPushType] = old.Topic, old.PushType
	headers[apns.HeaderPriority], headers[apns.HeaderCollapseID] = number(old.Priority), old.CollapseID
	if old.Expiration != nil {
		headers[apns.HeaderExpiration] = strconv.FormatInt(*old.Expiration, 10)
	}
	return headers
}
