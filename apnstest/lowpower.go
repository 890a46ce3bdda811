package apnstest

// SavePower turns on low power mode: pushes of priority 5 and 1 wait, although the device
// is online.
func (d *Device) SavePower() {
	d.space.server.simulator().DeviceControl.SavePower(d.inside().ID(), true)
}

// FullPower turns off low power mode.
func (d *Device) FullPower() {
	d.space.server.simulator().DeviceControl.SavePower(d.inside().ID(), false)
}
