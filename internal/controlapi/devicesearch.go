package controlapi

// A DeviceSearch is how many devices there are, and the first of those that match.
type DeviceSearch struct {
	Total   int      `json:"total" doc:"Number of devices: virtual ones, and connected external ones" example:"10000"`
	Online  int      `json:"online" doc:"Number of devices connected to the courier" example:"9998"`
	Matched int      `json:"matched" doc:"Number of matching devices" example:"1"`
	Devices []Device `json:"devices" doc:"First matching devices"`
}
