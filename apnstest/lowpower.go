package apnstest

// LowPower turns on Low Power Mode: pushes of priority 5 and 1 wait, although the device
// is online.
func (d *Device) LowPower() {
	d.space.server.simulator().DeviceControl.SetLowPower(d.current().ID(), true)
}

// FullPower turns off Low Power Mode.
func (d *Device) FullPower() {
	d.space.server.simulator().DeviceControl.SetLowPower(d.current().ID(), false)
}
