package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// The experiments in which a login is changed.

// connectAndShow sends a Connect with a change and shows the response. The check is added
// to what APNs compares.
func (r *run) connectAndShow(s *session, connect courier.Message, change Step, check func(*courier.ConnectResponse) (Check, error)) (*courier.ConnectResponse, error) {
	response := new(courier.ConnectResponse)
	sent, received, err := s.exchange(connect, courier.CmdConnectResponse, response)
	if err != nil {
		return nil, err
	}
	change.ID, change.From, change.To = "changed-connect", Device, APNs
	change.Blocks = append(change.Blocks, frameBlock(sent, courier.FromDevice, topic))
	r.step(change)
	found, err := check(response)
	if err != nil {
		return nil, err
	}
	found.By = APNs
	r.step(Step{
		ID: "changed-login", Title: "APNs checks the login", From: APNs, To: Device, Sent: "Connect response",
		Plain:   loginPlain(response),
		Exactly: "The response is a Connect response: " + loginResponse(response) + ".",
		Checks:  []Check{found},
		Blocks:  []Block{frameBlock(received, courier.FromServer, topic)},
		Links:   []Link{appleOverview},
	})
	return response, nil
}

// loginPlain says in plain words how a login with a mistake ends.
func loginPlain(r *courier.ConnectResponse) string {
	if r.Status == courier.ConnectAccepted {
		return "The check below fails, so APNs does not accept the token. It does accept the device itself, which has proved who it is, and gives it a new token."
	}
	return "The check below fails, and APNs rejects the login."
}

// loginResponse puts the response to a login into words.
func loginResponse(r *courier.ConnectResponse) string {
	switch {
	case r.Status == courier.ConnectAccepted && len(r.Token) > 0:
		return "status 0 with a new base token"
	case r.Status == courier.ConnectAccepted:
		return "status 0"
	}
	return fmt.Sprintf("status %d: %s", r.Status, r.RejectionReason)
}

func (r *run) replayNonce() (result, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	recorded, err := r.device.connect(r.now())
	if err != nil {
		return "", "", err
	}
	s, err := r.dialCourier(false)
	if err != nil {
		return "", "", err
	}
	var first courier.ConnectResponse
	if _, _, err := s.exchange(recorded, courier.CmdConnectResponse, &first); err != nil {
		return "", "", err
	}
	if first.Status != courier.ConnectAccepted {
		return "", "", fmt.Errorf("the login that is to be recorded was rejected with status %d: %s", first.Status, first.RejectionReason)
	}
	again, err := r.dialCourier(false)
	if err != nil {
		return "", "", err
	}
	response, err := r.connectAndShow(again, recorded, Step{
		Title: "Somebody sends a recorded login again", Sent: "Connect, a recording",
		Plain:   "The device itself sent exactly these bytes a moment ago, on another connection. That login was accepted.",
		Exactly: "The nonce in field 13 is the same as before. Without the private key, nobody can sign a new one. (In real life TLS prevents anybody from recording a login in the first place.)",
	}, func(response *courier.ConnectResponse) (Check, error) {
		c := Check{Name: checkNonce, Left: Row{"nonce", fmt.Sprintf("%x", recorded.Nonce)}, Right: Row{"nonces used by this device", "it is among them"}, Result: Passed, Detail: response.RejectionReason}
		if response.Status != courier.ConnectAccepted && response.ClockTime == 0 {
			c.Result = Failed
		}
		return c, nil
	})
	if err != nil {
		return "", "", err
	}
	return loginResponse(response), "changed-login", nil
}

func (r *run) wrongClock() (result, step string, err error) {
	if r.device, err = r.Control.activate(r.ctx, r.space.Team, topic); err != nil {
		return "", "", err
	}
	s, err := r.dialCourier(false)
	if err != nil {
		return "", "", err
	}
	wrong := r.now().Add(-48 * time.Hour)
	connect, err := r.device.connect(wrong)
	if err != nil {
		return "", "", err
	}
	response, err := r.connectAndShow(s, connect, Step{
		Title: "The device signs a nonce dated two days ago", Sent: "Connect with a wrong time",
		Plain:   "The device is honest; only its clock is wrong.",
		Exactly: "Bytes 2 to 9 of the nonce are the time on the device's clock, " + wrong.UTC().Format(time.RFC3339) + ".",
	}, func(response *courier.ConnectResponse) (Check, error) {
		right := time.UnixMilli(int64(response.ServerTime)).UTC().Format(time.RFC3339)
		c := Check{Name: checkClock, Left: Row{"in the nonce", wrong.UTC().Format(time.RFC3339)}, Right: Row{"clock of APNs", right}, Result: Passed, Detail: response.RejectionReason}
		if response.Status != courier.ConnectAccepted && response.ClockTime != 0 {
			c.Result = NotEqual
		}
		return c, nil
	})
	if err != nil {
		return "", "", err
	}
	corrected, err := r.device.connect(time.UnixMilli(int64(response.ClockTime)))
	if err != nil {
		return "", "", err
	}
	var accepted courier.ConnectResponse
	sent, received, err := s.exchange(corrected, courier.CmdConnectResponse, &accepted)
	if err != nil {
		return "", "", err
	}
	if accepted.Status != courier.ConnectAccepted {
		return "", "", errors.New("the corrected login was rejected: " + loginResponse(&accepted))
	}
	r.step(Step{
		ID: "corrected-login", Title: "The device uses the time of APNs and is accepted", From: Device, To: APNs, Sent: "Connect with the right time",
		Plain:   "APNs has sent the right time. The device makes a new nonce with it and signs again, on the same connection.",
		Exactly: "Field 7 of the Connect response, clockTime, is the time on the clock of APNs in milliseconds since 1970. The second response has status 0.",
		Blocks:  []Block{frameBlock(sent, courier.FromDevice, topic), frameBlock(received, courier.FromServer, topic)},
	})
	return loginResponse(response), "changed-login", nil
}

func (r *run) otherDevice() (result, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	first := r.device
	second, err := r.Control.activate(r.ctx, r.space.Team, topic)
	if err != nil {
		return "", "", err
	}
	second.base = first.base
	connect, err := second.connect(r.now())
	if err != nil {
		return "", "", err
	}
	s, err := r.dialCourier(false)
	if err != nil {
		return "", "", err
	}
	record, opened, err := r.decrypt("record in the token, decrypted by APNs", first.base)
	if err != nil {
		return "", "", err
	}
	response, err := r.connectAndShow(s, connect, Step{
		Title: "A second device shows the token of the first", Sent: "Connect: certificate of one, token of the other",
		Plain:   "Certificate, nonce and signature are those of the second device, and correct. But the token is a copy of the first device's token.",
		Exactly: "Field 12, the certificate, gives device ID " + deviceID(second.leaf) + "; field 1, the token, decrypts to a record with device ID " + opened.Device + ".",
		Blocks:  []Block{certificateBlock("certificate of the second device", second.leaf), record},
	}, func(response *courier.ConnectResponse) (Check, error) {
		if response.Status == courier.ConnectAccepted && (len(response.Token) == 0 || bytes.Equal(response.Token, first.base)) {
			return Check{}, errors.New("APNs has let a device in under the token of another")
		}
		return Check{
			Name: checkDevice, Left: Row{"in the token", opened.Device}, Right: Row{"from the certificate", deviceID(second.leaf)},
			Result: compare(opened.Device, deviceID(second.leaf)), Detail: loginResponse(response),
		}, nil
	})
	if err != nil {
		return "", "", err
	}
	return loginResponse(response), "changed-login", nil
}
