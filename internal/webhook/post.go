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

// A statusError is a response that does not accept an event.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("the receiver answered %d %s", int(e), http.StatusText(int(e)))
}

// mayChange reports whether a later attempt may succeed.
func (e statusError) mayChange() bool {
	return e/100 == 5 || e == http.StatusRequestTimeout || e == http.StatusTooEarly || e == http.StatusTooManyRequests
}

// post sends one event.
func (h *Hook) post(ctx context.Context, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, responseTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.cfg.Target.url.String(), bytes.NewReader(body))
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
	if response.StatusCode/100 != 2 {
		return statusError(response.StatusCode)
	}
	return nil
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
	if h.cfg.Secret == nil {
		return
	}
	mac := hmac.New(sha256.New, h.cfg.Secret)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
