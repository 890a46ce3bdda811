package sim

import "time"

// drainStep is the interval of checks whether devices have acknowledged everything.
const drainStep = 10 * time.Millisecond

// drain waits until connected devices have acknowledged the accepted pushes, and logs how
// many are left when its time is over.
func (s *Simulator) drain() {
	if s.cfg.StopTimeout <= 0 {
		return
	}
	left := s.undelivered()
	if left == 0 {
		return
	}
	s.log.Info("waiting for devices to acknowledge", "pushes", left, "limit", s.cfg.StopTimeout)
	step := time.NewTicker(drainStep)
	defer step.Stop()
	for end := time.Now().Add(s.cfg.StopTimeout); time.Now().Before(end); <-step.C {
		if left = s.undelivered(); left == 0 {
			return
		}
	}
	s.log.Warn("accepted pushes have not been acknowledged by connected devices", "pushes", left, "limit", s.cfg.StopTimeout)
}

// undelivered is how many pushes are for devices that are connected and have not
// acknowledged them.
func (s *Simulator) undelivered() int {
	stats := s.Broker.Stats()
	return stats.Ready + stats.InFlight
}
