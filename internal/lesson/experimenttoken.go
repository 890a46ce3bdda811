package lesson

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// The experiments with a device token that is not the right one.

func (r *run) flipTokenBit() (response, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	if err := r.prepareProvider(); err != nil {
		return "", "", err
	}
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	o.token = bytes.Clone(r.device.token)
	last := len(o.token) - 1
	o.token[last] ^= 1
	before, after := encryptedBlock("device token as APNs made it", r.device.token), encryptedBlock("device token as the provider sends it", o.token)
	after.Parts = append(after.Parts, Part{At: last, Size: 1, Level: 1, Name: "the changed byte", Value: fmt.Sprintf("%02x was %02x", o.token[last], r.device.token[last])})
	return r.pushAndShow(Step{
		Title: "The provider pushes to a token with one bit flipped", Plain: "The last bit of the device token was changed.",
		Exactly: "The last byte differs in one bit. APNs decrypts the token and computes the synthetic IV from the result. It is not the one in the token, so the decryption has failed and its result is thrown away.", Blocks: []Block{before, after}, Links: []Link{sivOpenRFC},
	}, r.h2, o)
}

func (r *run) sandboxToken() (response, step string, err error) {
	if r.at.DeviceSandbox == "" {
		return "", "", fmt.Errorf("the simulator has no device listener for the sandbox: start it without --listen-device-sandbox off")
	}
	if err := r.register(true); err != nil {
		return "", "", err
	}
	if err := r.prepareProvider(); err != nil {
		return "", "", err
	}
	record, _, err := r.decrypt("record in the token, as only APNs sees it", r.device.token)
	if err != nil {
		return "", "", err
	}
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	return r.pushAndShow(Step{
		Title: "The provider pushes a sandbox token to production", Plain: "The device received its token from the courier of the sandbox. The provider sends a push with it to production.",
		Exactly: "The token comes from " + courierSandboxName + "; :authority is " + providerName + ", not " + providerSandboxName + ". The flags in the record name the environment.",
		Blocks:  []Block{encryptedBlock("device token", r.device.token), record}, Links: []Link{appleRegister},
	}, r.h2, o)
}

// otherAppToken pushes to the app of the lesson with the device token of a second app of
// the same team.
func (r *run) otherAppToken() (response, step string, err error) {
	both, err := r.newSpace(topic, siblingTopic)
	if err != nil {
		return "", "", err
	}
	if err := r.use(both); err != nil {
		return "", "", err
	}
	if err := r.registerApp(false, siblingTopic); err != nil {
		return "", "", err
	}
	if err := r.prepareProvider(); err != nil {
		return "", "", err
	}
	record, _, err := r.decrypt("record in the token, as only APNs sees it", r.device.token)
	if err != nil {
		return "", "", err
	}
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	return r.pushAndShow(Step{
		Title: "The provider pushes to one app with the token of another", Plain: "The provider serves two apps of the same team. It has mixed up their device tokens: the push is for " + topic + ", the token was made for " + siblingTopic + ".",
		Exactly: "apns-topic is " + topic + ". The topic tag in the record is the start of the SHA-1 of " + siblingTopic + ". The JWT is that of team " + both.Team + ", to which both apps belong.",
		Blocks:  []Block{encryptedBlock("device token of "+siblingTopic, r.device.token), record}, Links: []Link{appleRegister},
	}, r.h2, o)
}

func (r *run) uninstalledApp() (response, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	if err := r.prepareProvider(); err != nil {
		return "", "", err
	}
	filter, err := r.session.send(&courier.Filter{Token: r.device.base})
	if err != nil {
		return "", "", err
	}
	id := deviceID(r.device.leaf)
	if err := r.Control.call(r.ctx, http.MethodPost, "/v1/devices/"+id+"/uninstall", map[string]string{"topic": topic}, nil); err != nil {
		return "", "", err
	}
	r.step(Step{
		ID: "uninstall", Title: "The user removes the app", From: Device, To: APNs, Sent: "Filter without the topic",
		Plain: "The device tells APNs that it wants no more pushes for the app. When APNs learns that the app is gone, it retires the device token of this app. The other apps on the device keep theirs.",
		Exactly: "A Filter without the topic. It is not known how Apple's APNs learns from a device that an app is gone. In the simulator the Filter does not retire the token; a call of the control API does (POST /v1/devices/" + id + "/uninstall), and the lesson has made this call. " +
			"APNs keeps a note of the retirement, with a number that is higher than the epoch in the token.",
		Blocks: []Block{frameBlock(filter, courier.FromDevice, topic)}, Words: []Word{wordEpoch, wordControlAPI}, Links: []Link{appleRegister},
	})
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	return r.pushAndShow(Step{
		Title: "The provider, which does not know, pushes", Plain: "The provider still has the token in its database, and uses it.",
		Exactly: "The same request as in act 5 of the lesson. The 410 comes with a timestamp: the time from which APNs knew that the token was no longer valid.", Links: []Link{appleResponse},
	}, r.h2, o)
}
