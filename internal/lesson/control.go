package lesson

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Control makes one request to the control API of the simulator and gives the body of
// a response of the 200 class. The body is nil where there is nothing to send.
type Control func(ctx context.Context, method, path string, body []byte) ([]byte, error)

// call sends and receives JSON; either may be nil.
func (c Control) call(ctx context.Context, method, path string, question, response any) error {
	var body []byte
	var err error
	if question != nil {
		if body, err = json.Marshal(question); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	reply, err := c(ctx, method, path, body)
	if err != nil {
		return err
	}
	if response == nil {
		return nil
	}
	if err := json.Unmarshal(reply, response); err != nil {
		return fmt.Errorf("the response of %s %s is not JSON: %w", method, path, err)
	}
	return nil
}

// listeners are the addresses of the simulator, HOST:PORT.
type listeners struct {
	Provider        string `json:"provider"`
	ProviderSandbox string `json:"providerSandbox"`
	Device          string `json:"device"`
	DeviceSandbox   string `json:"deviceSandbox"`
}

// findListeners asks where the simulator listens.
func (c Control) findListeners(ctx context.Context, near func(string) string) (listeners, error) {
	var found listeners
	if err := c.call(ctx, http.MethodGet, "/v1/info", nil, &found); err != nil {
		return found, err
	}
	for _, l := range []struct {
		address    *string
		name, flag string
	}{
		{&found.Provider, "provider listener", "--listen"},
		{&found.Device, "device listener", "--listen-device"},
		{&found.ProviderSandbox, "", ""},
		{&found.DeviceSandbox, "", ""},
	} {
		if *l.address == "" && l.flag != "" {
			return found, fmt.Errorf("the simulator has no %s, which the lesson needs: start it without %s off", l.name, l.flag)
		}
		if u, err := url.Parse(*l.address); err == nil && u.Host != "" {
			*l.address = u.Host
		}
		if near != nil && *l.address != "" {
			*l.address = near(*l.address)
		}
	}
	return found, nil
}

// A space is what the provider has: a team with a key, a certificate and an app.
type space struct {
	Team        string    `json:"team"`
	KeyID       string    `json:"keyId"`
	Time        time.Time `json:"time"`
	Key         string    `json:"key"`
	Certificate string    `json:"certificate"`
	CA          string    `json:"ca"`
}

// newSpace creates a space with apps and no virtual device.
func (c Control) newSpace(ctx context.Context, topics []string) (*space, error) {
	order := map[string]any{"topics": topics, "devices": 0}
	made := new(space)
	return made, c.call(ctx, http.MethodPost, "/v1/spaces", order, made)
}

// deleteSpace deletes a space, also when ctx has ended.
func (c Control) deleteSpace(ctx context.Context, team string) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), stepTimeout)
	defer stop()
	return c.call(ctx, http.MethodDelete, "/v1/spaces/"+url.PathEscape(team), nil, nil)
}

// A decryptedToken is a device token, as APNs sees it.
type decryptedToken struct {
	Record      string    `json:"record"`
	Base        bool      `json:"base"`
	Environment string    `json:"environment"`
	User        int       `json:"user"`
	Device      string    `json:"device"`
	TopicTag    string    `json:"topicTag"`
	Topic       string    `json:"topic"`
	Retirements uint32    `json:"retirements"`
	Key         int       `json:"key"`
	Retired     time.Time `json:"retired"`
}

func (c Control) decryptToken(ctx context.Context, token []byte) (*decryptedToken, error) {
	decrypted := new(decryptedToken)
	return decrypted, c.call(ctx, http.MethodGet, fmt.Sprintf("/v1/tokens/%x", token), nil, decrypted)
}

// An inspected provider token is whether APNs would accept it.
type inspected struct {
	Accepted  bool   `json:"accepted"`
	Signature string `json:"signature"`
	Reason    string `json:"reason"`
	Detail    string `json:"detail"`
}

func (c Control) inspect(ctx context.Context, jwt string) (*inspected, error) {
	verdict := new(inspected)
	question := map[string]string{"authorization": "bearer " + jwt, "environment": "production"}
	return verdict, c.call(ctx, http.MethodPost, "/v1/provider-tokens/inspect", question, verdict)
}

// A pushRecord is what the simulator's history has of a push.
type pushRecord struct {
	State    string `json:"state"`
	Device   string `json:"device"`
	Response struct {
		Status int     `json:"status"`
		Reason string  `json:"reason"`
		Detail string  `json:"detail"`
		Took   float64 `json:"durationMs"`
	} `json:"response"`
	Timeline []struct {
		At     time.Time `json:"at"`
		Event  string    `json:"event"`
		Label  string    `json:"label"`
		Text   string    `json:"text"`
		Detail string    `json:"detail"`
	} `json:"timeline"`
	Checks []struct {
		Name   string `json:"name"`
		Result string `json:"result"`
		Seen   string `json:"seen"`
		Detail string `json:"detail"`
	} `json:"checks"`
}

func (c Control) push(ctx context.Context, apnsID string) (*pushRecord, error) {
	found := new(pushRecord)
	return found, c.call(ctx, http.MethodGet, "/v1/notifications/"+url.PathEscape(apnsID), nil, found)
}

// delivered waits until the push of a space has been acknowledged.
func (c Control) delivered(ctx context.Context, team string) error {
	query := url.Values{"space": {team}, "state": {"delivered"}, "timeout": {"5s"}}
	return c.call(ctx, http.MethodGet, "/v1/notifications/wait?"+query.Encode(), nil, nil)
}

// checks gives the checks of a push in the words of the lesson.
func (r *pushRecord) checks() []Check {
	var all []Check
	for _, c := range r.Checks {
		all = append(all, Check{By: APNs, Name: c.Name, Result: c.Result, Seen: strings.TrimSpace(c.Seen), Detail: c.Detail})
	}
	return all
}

// rootPool gives the roots to trust.
func rootPool(pem string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, errors.New("the control API gave no root certificate")
	}
	return pool, nil
}
