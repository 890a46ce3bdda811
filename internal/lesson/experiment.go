package lesson

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// An Experiment changes one thing in a run and ends with the check that objects to it.
type Experiment struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Question string `json:"question" doc:"To be answered before it runs"`
	Step     string `json:"step" doc:"The ID of the step that it changes"`
	By       Party  `json:"by" enum:"device,APNs,provider" doc:"Who objects"`
	Check    string `json:"check" doc:"At which check"`
	Response string `json:"response,omitempty" doc:"How the response begins; absent if that depends on options of the simulator"`
	Plain    string `json:"plain" doc:"Why, in plain words"`
}

// The checks of the courier at which experiments end.
const (
	checkDevice = "device ID"
	checkNonce  = "nonce"
	checkClock  = "time of the nonce"
)

// experiments is the one table of experiments, in the order of the acts.
var experiments = []Experiment{
	{
		"certificate-other-topic", "A provider certificate for another topic", "Another developer has a genuine provider certificate, for another app. May it push to ours?",
		"provider-certificate", APNs, "topic", "400 TopicDisallowed",
		"The certificate is genuine, so the connection is accepted. But it lists other topics, and may push only to those.",
	},
	{
		"jwt-expired", "An expired JWT", "The JWT was made two hours ago. Its signature is correct. Is that enough?",
		"jwt-verified", APNs, "credentials", "403 ExpiredProviderToken",
		"A JWT is valid for one hour. If somebody steals it, they can use it only for a short time.",
	},
	{
		"jwt-wrong-signature", "A wrongly signed JWT", "Somebody makes a JWT with our team and key ID, and signs it with a key of their own. Who notices, and how?",
		"jwt-verified", APNs, "credentials", "403 InvalidProviderToken",
		"APNs checks the signature with the public key that belongs to the key ID. It does not match: the holder of our private key did not sign this.",
	},
	{
		"jwt-foreign", "The JWT of another team", "Another team signs a JWT with its own key, and pushes to our device token. The JWT is genuine. Does the push arrive?",
		"jwt-verified", APNs, "topic", "400 TopicDisallowed",
		"The JWT proves who sends: another team. Our app does not belong to that team. A device token alone does not give anybody the right to push.",
	},
	{
		"nonce-replayed", "A replayed nonce", "Somebody has recorded a login of the device and sends the same bytes again. Signature and certificate are correct. Is that enough?",
		"device-verified", APNs, checkNonce, "status 2",
		"APNs remembers the nonces of the last minutes. This one was used before, so it is a copy of an old login.",
	},
	{
		"clock-wrong", "A device whose clock is wrong", "The clock of the device is two days behind. It signs a nonce with that time. What does APNs do?",
		"device-verified", APNs, checkClock, "status 2",
		"A nonce with a wrong time could come from an old login. APNs rejects it and tells the device the right time. The device makes a new nonce and is accepted.",
	},
	{
		"other-device", "Another device shows this token", "A second device, with a genuine certificate of its own, shows the token of the first one. What does APNs compare?",
		"comparison", APNs, checkDevice, "",
		"The device ID in the token differs from the one in the certificate: the token was made for another device, so APNs does not accept it. The login itself can still succeed, because the second device has proved who it is: APNs then gives it a new token of its own (status 0). Pushes for the first device still go only to the first.",
	},
	{
		"token-bit", "One bit of the device token is flipped", "One of the 256 bits of the device token is changed. Does the push go to another device?",
		"push", APNs, "device token", "400 BadDeviceToken",
		"AES-SIV detects any change: the synthetic IV that APNs computes after decryption differs from the one in the token, so decryption fails. A changed token is not the token of another device; it is no token at all.",
	},
	{
		"sandbox-token", "A sandbox token in production", "The token comes from an app that was installed with Xcode, so it is for the sandbox. The provider sends to production. What happens?",
		"push", APNs, "device token", "400 BadDeviceToken",
		"The token was made for the sandbox; its record says so. Production and sandbox are separate services. This is the most common cause of BadDeviceToken.",
	},
	{
		"other-app", "A token of another app", "One team has two apps. The provider pushes to the first app, with a device token of the second. JWT and token are genuine. Does the push arrive?",
		"checks", APNs, "topic of the device token", "400 DeviceTokenNotForTopic",
		"The team may push to both apps, and the token is genuine. But the record in the token names the second app, and apns-topic names the first. A device token is valid for exactly one app.",
	},
	{
		"app-uninstalled", "The app was uninstalled", "The user has removed the app. The provider does not know, and pushes. How does it find out?",
		"checks", APNs, "registration", "410 Unregistered",
		"The token is genuine, but retired. The response 410 tells the provider to delete it. (Apple waits a while before it answers so, on purpose; the simulator does it at once, unless told otherwise.)",
	},
}

// plays are the runs of the experiments, by name. They are apart from the table, which the
// steps refer to.
var plays = map[string]func(*run) (result, step string, err error){
	"certificate-other-topic": (*run).pushWithForeignCertificate,
	"jwt-expired":             (*run).pushWithExpiredJWT,
	"jwt-wrong-signature":     (*run).pushWithForgedJWT,
	"jwt-foreign":             (*run).pushWithForeignJWT,
	"nonce-replayed":          (*run).replayNonce,
	"clock-wrong":             (*run).wrongClock,
	"other-device":            (*run).otherDevice,
	"token-bit":               (*run).flipTokenBit,
	"sandbox-token":           (*run).sandboxToken,
	"other-app":               (*run).otherAppToken,
	"app-uninstalled":         (*run).uninstalledApp,
}

// Experiments lists the experiments.
func Experiments() []Experiment { return append([]Experiment{}, experiments...) }

// ExperimentNames are the names of the experiments.
func ExperimentNames() (names []string) {
	for _, e := range experiments {
		names = append(names, e.Name)
	}
	return names
}

// RunExperiment runs one experiment, in a space of its own.
func RunExperiment(ctx context.Context, cfg Config, name string) (*Lesson, error) {
	for i := range experiments {
		if e := &experiments[i]; e.Name == name {
			return perform(ctx, cfg, e.Title, e.run)
		}
	}
	return nil, fmt.Errorf("there is no experiment %q; there are %s", name, strings.Join(ExperimentNames(), ", "))
}

// run plays the experiment. It fails if another check objects than the one promised.
func (e *Experiment) run(r *run) error {
	r.act(e.Title)
	response, step, err := plays[e.Name](r)
	if err != nil {
		return fmt.Errorf("in the experiment %s: %w", e.Name, err)
	}
	found := ""
	for _, s := range r.lesson.Steps() {
		for _, c := range s.Checks {
			if found == "" && s.ID == step && c.Fails() {
				found = c.Name
			}
		}
	}
	if found != e.Check {
		return fmt.Errorf("in the experiment %s the check %q objected, not %q: faults or options of this simulator change what it accepts", e.Name, found, e.Check)
	}
	if !strings.HasPrefix(response, e.Response) {
		return fmt.Errorf("in the experiment %s the response was %q, not %q: faults or options of this simulator change what it answers", e.Name, response, e.Response)
	}
	r.lesson.Experiment = &Outcome{Name: e.Name, Title: e.Title, By: e.By, Check: e.Check, Response: response, Step: step, Plain: e.Plain}
	return nil
}

// register makes a device and gets a device token for the app of the lesson, without
// showing it.
func (r *run) register(sandbox bool) error { return r.registerApp(sandbox, topic) }

// registerApp is register for any app.
func (r *run) registerApp(sandbox bool, app string) error {
	var err error
	if r.device == nil {
		if r.device, err = r.Control.activate(r.ctx, r.space.Team, app); err != nil {
			return err
		}
	}
	if r.session, err = r.dialCourier(sandbox); err != nil {
		return err
	}
	return r.device.login(r.session, app, r.now())
}

// prepareProvider connects the provider and makes its JWT, without showing it.
func (r *run) prepareProvider() error {
	var err error
	if r.h2, err = r.dialProvider(nil); err != nil {
		return err
	}
	r.jwt, err = makeToken(r.key, r.space.KeyID, r.space.Team, r.now())
	return err
}

// pushAndShow sends a push with a change and shows what is checked and answered.
func (r *run) pushAndShow(change Step, c *h2Conn, o pushOrder) (response, step string, err error) {
	sent, got, record, err := r.send(c, o)
	if err != nil {
		return "", "", err
	}
	change.ID, change.From, change.To, change.Sent = "changed-push", Provider, APNs, "POST /3/device/<device token>"
	change.Blocks = append(change.Blocks, sent...)
	r.step(change)
	r.step(Step{
		ID: "changed-checks", Title: "APNs checks the push", From: APNs,
		Plain:   "One check fails. The checks after it are not reached.",
		Exactly: "The same checks as in act 5 of the lesson, with the values of this push.",
		Checks:  record.checks(),
		Links:   []Link{appleResponse},
	})
	text := strings.TrimSpace(got.status + " " + record.Response.Reason)
	r.step(Step{
		ID: "changed-response", Title: "APNs answers " + text, From: APNs, To: Provider, Sent: text,
		Plain:   "The provider gets the reason as a single word: " + record.Response.Reason + ". The device does not notice anything.",
		Exactly: "A HEADERS frame with :status, and a DATA frame with {\"reason\":…}. Apple says no more than that. The simulator's history also has the detail: " + record.Response.Detail + ".",
		Blocks:  got.blocks,
		Links:   []Link{appleResponse},
	})
	return text, "changed-checks", nil
}

func (r *run) pushWithForeignCertificate() (response, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	other, err := r.newSpace(foreignTopic)
	if err != nil {
		return "", "", err
	}
	pair, err := pairOf(other)
	if err != nil {
		return "", "", err
	}
	c, err := r.dialProvider(&pair)
	if err != nil {
		return "", "", err
	}
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	return r.pushAndShow(Step{
		Title: "The provider pushes with a certificate for " + foreignTopic, Plain: "The TLS handshake succeeds: the certificate is genuine. Then the provider sends a push to " + topic + ".",
		Exactly: "The UID of the subject and the topic list of the certificate name " + foreignTopic + "; apns-topic is " + topic + ". There is no authorization header.",
		Blocks:  []Block{certificateBlock("provider certificate", pair.Leaf)}, Links: []Link{appleCertificate},
	}, c, o)
}

// pushWithJWT pushes with a JWT that is wrong in some way.
func (r *run) pushWithJWT(jwt *providerToken, title, plain, exactly string) (response, step string, err error) {
	if err := r.register(false); err != nil {
		return "", "", err
	}
	c, err := r.dialProvider(nil)
	if err != nil {
		return "", "", err
	}
	r.jwt = jwt
	o, err := r.newPush()
	if err != nil {
		return "", "", err
	}
	return r.pushAndShow(Step{Title: title, Plain: plain, Exactly: exactly, Blocks: []Block{jwt.block()}, Links: []Link{appleToken, jwsRFC}}, c, o)
}

func (r *run) pushWithExpiredJWT() (response, step string, err error) {
	issued := r.now().Add(-2 * time.Hour)
	jwt, err := makeToken(r.key, r.space.KeyID, r.space.Team, issued)
	if err != nil {
		return "", "", err
	}
	return r.pushWithJWT(jwt, "The provider pushes with a JWT from two hours ago", "Key and signature are correct, but the time in it is two hours ago.",
		"iat is "+issued.UTC().Format(time.RFC3339)+". Apple says: refresh the token no more often than every 20 minutes, and at least every 60 minutes.")
}

func (r *run) pushWithForgedJWT() (response, step string, err error) {
	forger, err := r.Control.activate(r.ctx, r.space.Team, topic) // a P-256 key that is not the team's
	if err != nil {
		return "", "", err
	}
	jwt, err := makeToken(forger.key, r.space.KeyID, r.space.Team, r.now())
	if err != nil {
		return "", "", err
	}
	return r.pushWithJWT(jwt, "Somebody pushes with a JWT that they signed themselves", "Team ID and key ID are ours; they are not secret. But the signature was made with another key.",
		"kid and iss are those of our key and team, but r and s do not match the public key of kid.")
}

func (r *run) pushWithForeignJWT() (response, step string, err error) {
	other, err := r.newSpace(foreignTopic)
	if err != nil {
		return "", "", err
	}
	key, err := parseKey(other.Key)
	if err != nil {
		return "", "", err
	}
	jwt, err := makeToken(key, other.KeyID, other.Team, r.now())
	if err != nil {
		return "", "", err
	}
	return r.pushWithJWT(jwt, "Team "+other.Team+" pushes to our device token", "The JWT is genuine but belongs to another team, which has somehow obtained our device token.",
		"iss is "+other.Team+", and kid is one of its keys; apns-topic is "+topic+", an app of team "+r.space.Team+".")
}
