package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// responseTimeout bounds one request.
	responseTimeout = 10 * time.Second
	// maxResponse is how much of a response is read, in bytes, so that the connection can be
	// used again.
	maxResponse = 64 << 10
)

// A rejectedError is a response that will be the same when the request is repeated.
type rejectedError struct{ status int }

func (e *rejectedError) Error() string {
	return fmt.Sprintf("the receiver answered %d %s", e.status, http.StatusText(e.status))
}

// post sends one event.
func (h *Hook) post(ctx context.Context, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, responseTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.target.url.String(), bytes.NewReader(body))
	if err != nil {
		return withoutURL(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "apns-sim")
	h.sign(request.Header, id, body)
	response, err := h.client.Do(request)
	if err != nil {
		return withoutURL(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxResponse)) // only the status matters
	return checkStatus(response.StatusCode)
}

// checkStatus returns an error for a response that does not accept the event; a
// [*rejectedError], unless a later attempt may succeed.
func checkStatus(status int) error {
	switch {
	case status/100 == 2:
		return nil
	case status/100 == 5, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return errors.New((&rejectedError{status}).Error())
	}
	return &rejectedError{status}
}

// withoutURL takes the URL out of an error, since it may have a password.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// sign sets the headers of an event: its id, which is the same for each attempt, the time of
// the attempt, and the signature if there is a secret.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers
func (h *Hook) sign(header http.Header, id string, body []byte) {
	at := strconv.FormatInt(time.Now().Unix(), 10)
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", at)
	if h.secret == nil {
		return
	}
	mac := hmac.New(sha256.New, h.secret)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
