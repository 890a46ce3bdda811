package apnstest

// SavePower has the device save power: what is of priority 5 or 1 waits, although the
// device is online.
func (d *Device) SavePower() { d.space.server.sim.SavePower(d.phone.ID(), true) }

// FullPower has the device no longer save power.
func (d *Device) FullPower() { d.space.server.sim.SavePower(d.phone.ID(), false) }
