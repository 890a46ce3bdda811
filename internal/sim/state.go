package sim

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/state"
)

// loadState loads what an earlier simulator has saved, before any part is made. Spaces and
// clocks come first, since the other parts use them.
func (s *Simulator) loadState() (err error) {
	s.saved = new(state.Document)
	if s.cfg.Entries != nil {
		if s.saved, err = state.Load(s.cfg.Entries.Load); err != nil {
			return err
		}
		s.saver = state.NewSaver(s.cfg.Entries.Apply, s.log)
	}
	if err := s.addSeeds(); err != nil {
		return err
	}
	if err := s.Spaces.Restore(s.saved.Spaces, s.saved.Members); err != nil {
		return err
	}
	if s.saver != nil {
		s.Spaces.SaveTo(s.saver)
	}
	return nil
}

// addSeeds adds the seeds to what was saved, each in one transaction.
func (s *Simulator) addSeeds() error {
	for i := range s.cfg.Seeds {
		added, err := s.cfg.Seeds[i].Merge(s.saved, s.Clock.Now())
		if err != nil {
			return err
		}
		s.saver.Save(added...)
		s.log.Info("took over a seed", "file", s.cfg.Seeds[i].File, "added", len(added))
	}
	return nil
}

// warn logs what of the state could not be taken over.
func (s *Simulator) warn(what string, errs []error) {
	for _, err := range errs {
		s.log.Warn(what, "err", err)
	}
}

// saveOften saves what is not saved at once, until the simulator stops.
func (s *Simulator) saveOften() {
	const batches = recordsPerSave / recordsPerBatch
	wait := func(d time.Duration) bool {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return true
		case <-s.inner.ctx.Done():
			return false
		}
	}
	pause := func() bool { return wait(s.cfg.SaveInterval / (2 * batches)) }
	for wait(s.cfg.SaveInterval / 2) {
		s.saveRest(s.history.save(pause))
	}
}

// SaveCounts saves the counts of fault rules, and what could not be written before. It reports
// whether all is written.
func (s *Simulator) SaveCounts() bool {
	s.Faults.SaveCounts()
	return s.saver.Retry()
}

// saveRest saves counts, and what could not be written before. It logs why the history is
// not saved, if it is not.
func (s *Simulator) saveRest(historyErr error) {
	if historyErr != nil {
		s.log.Debug("the history is not saved; it is tried again", "err", historyErr)
	}
	s.SaveCounts()
}
