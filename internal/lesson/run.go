package lesson

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// The app of the lesson, and in experiments the app of another team and a second app of
// the same team.
const (
	topic        = "com.example.lesson"
	foreignTopic = "com.example.other"
	siblingTopic = "com.example.second"
)

// Config says where the simulator is. Control is required.
type Config struct {
	Control Control
	// Near gives an address of the simulator as this machine reaches it; nil takes it as it is.
	Near func(address string) string
}

// runTimeout bounds a run.
const runTimeout = time.Minute

// A run is one lesson in the making.
type run struct {
	Config
	ctx    context.Context //nolint:containedctx // A run is a call, in parts.
	lesson *Lesson
	known  map[Word]bool // explained before
	spaces []string      // to be deleted
	open   []interface{ Close() error }

	at    listeners
	space *space
	roots *x509.CertPool
	root  *x509.Certificate
	ahead time.Duration // of the simulator's clock, before that of the machine

	// Of the provider.
	key         *ecdsa.PrivateKey
	certificate tls.Certificate
	jwt         *providerToken
	h2          *h2Conn

	// Of the device.
	device   *device
	session  *session
	response courier.ConnectResponse // to the last login
	answered []byte                  // the same in bytes, of the first login
}

// Run goes through the five acts. The space that it runs in is deleted when it returns.
func Run(ctx context.Context, cfg Config) (*Lesson, error) {
	return perform(ctx, cfg, "The token handshake between a device, APNs and a provider", func(r *run) error {
		for _, act := range []func(*run) error{providerTrust, deviceTrust, giveToken, comeBack, deliver} {
			if err := act(r); err != nil {
				return fmt.Errorf("in act %d, after %d steps: %w", len(r.lesson.Acts), len(r.lesson.Steps()), err)
			}
		}
		return nil
	})
}

// perform prepares a run, lets it happen, and cleans up behind it.
func perform(ctx context.Context, cfg Config, title string, play func(*run) error) (_ *Lesson, err error) {
	ctx, stop := context.WithTimeout(ctx, runTimeout)
	defer stop()
	r := &run{Config: cfg, ctx: ctx, known: map[Word]bool{}, lesson: &Lesson{Title: title, Environment: "production", Topic: topic}}
	defer func() { err = errors.Join(err, r.end()) }()
	if err := r.prepare(); err != nil {
		return nil, err
	}
	if err := play(r); err != nil {
		return nil, err
	}
	return r.lesson, nil
}

// prepare finds the simulator and creates the space.
func (r *run) prepare() error {
	var err error
	if r.at, err = r.Control.findListeners(r.ctx, r.Near); err != nil {
		return err
	}
	made, err := r.newSpace(topic)
	if err != nil {
		return err
	}
	return r.use(made)
}

// use makes a space the one that provider and device of the run belong to.
func (r *run) use(s *space) error {
	var err error
	r.space, r.lesson.Space = s, s.Team
	r.ahead = time.Until(r.space.Time)
	if r.roots, err = rootPool(r.space.CA); err != nil {
		return err
	}
	if r.key, err = parseKey(r.space.Key); err != nil {
		return err
	}
	r.certificate, err = pairOf(r.space)
	return err
}

// pairOf gives the provider certificate of a space with its key.
func pairOf(s *space) (tls.Certificate, error) {
	pair, err := tls.X509KeyPair([]byte(s.Certificate), []byte(s.Certificate))
	if err != nil {
		return pair, fmt.Errorf("read the provider certificate: %w", err)
	}
	return pair, nil
}

// newSpace creates a space that ends with the run.
func (r *run) newSpace(topics ...string) (*space, error) {
	s, err := r.Control.newSpace(r.ctx, topics)
	if err != nil {
		return nil, err
	}
	r.spaces = append(r.spaces, s.Team)
	return s, nil
}

// end closes the connections and deletes the spaces.
func (r *run) end() error {
	for _, c := range r.open {
		_ = c.Close() // the simulator may have closed it
	}
	var failed []error
	for _, team := range r.spaces {
		failed = append(failed, r.Control.deleteSpace(r.ctx, team))
	}
	return errors.Join(failed...)
}

// now is the simulator's clock.
func (r *run) now() time.Time { return time.Now().Add(r.ahead) }

// act begins an act.
func (r *run) act(title string) {
	r.lesson.Acts = append(r.lesson.Acts, Act{Number: len(r.lesson.Acts) + 1, Title: title})
}

// step adds a step to the act. Words that were explained before are left out.
func (r *run) step(s Step) {
	s.Number = len(r.lesson.Steps()) + 1
	var words []Word
	for _, w := range s.Words {
		if !r.known[w] {
			words = append(words, w)
		}
		r.known[w] = true
	}
	s.Words = words
	for _, e := range experiments {
		if e.Step == s.ID {
			s.Experiments = append(s.Experiments, e.Name)
		}
	}
	act := &r.lesson.Acts[len(r.lesson.Acts)-1]
	act.Steps = append(act.Steps, s)
}

// dialCourier connects the device, until the run ends.
func (r *run) dialCourier(sandbox bool) (*session, error) {
	address, name := r.at.Device, courierName
	if sandbox {
		address, name = r.at.DeviceSandbox, courierSandboxName
	}
	s, err := dialCourier(r.ctx, address, name, r.roots)
	if err != nil {
		return nil, err
	}
	r.open = append(r.open, s.conn)
	return s, nil
}

// dialProvider connects the provider, until the run ends.
func (r *run) dialProvider(certificate *tls.Certificate) (*h2Conn, error) {
	c, err := dialHTTP2(r.ctx, r.at.Provider, providerName, r.roots, certificate)
	if err != nil {
		return nil, err
	}
	r.open = append(r.open, c.conn)
	return c, nil
}
