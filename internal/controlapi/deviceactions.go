package controlapi

// A DeviceAction is a row of the table of what a device can be told to do.
type DeviceAction struct {
	// Name is the word in the path of the control API, and the command of apns-sim device.
	Name string
	// Summary says what it does.
	Summary string
	// App actions are about an app.
	App bool
	// External says that the action is possible for external devices, too.
	External bool
}

var deviceActions = []DeviceAction{
	{"online", "Connect a device", false, false},
	{"offline", "Disconnect a device; pushes are stored by the rules of APNs", false, false},
	{"lock", "Lock a device: it is in use for ten more seconds", false, false},
	{"unlock", "Unlock a device: it is in use for ten minutes", false, false},
	{"sleep", "Put a device to sleep: it is not in use", false, false},
	{"wake", "Wake a device and keep it in use, as on a charger", false, false},
	{"low-power", "Turn on Low Power Mode of a device: pushes of priority 5 and 1 wait", false, true},
	{"full-power", "Turn off Low Power Mode of a device", false, true},
	{"erase", "Erase a device: its tokens are retired, and a virtual device comes back as another one, without apps", false, true},
	{"revoke", "Revoke a device: every certificate for its key is rejected, and a virtual device comes back with another key", false, true},
	{"install", "Install an app on a device", true, false},
	{"uninstall", "Uninstall an app from a device; pushes to its token are answered Unregistered", true, true},
	{"rotate", "Give an app a new token; pushes to the old one are answered Unregistered", true, false},
	{"forbid", "Forbid notifications of an app: pushes to it are accepted and dropped", true, false},
	{"allow", "Allow notifications of an app again", true, false},
}

// DeviceActions returns the table of what a device can be told to do. The control API, the
// commands of apns-sim and device-sim, and the simulator share it.
func DeviceActions() []DeviceAction { return append([]DeviceAction(nil), deviceActions...) }
