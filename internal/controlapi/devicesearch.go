package controlapi

// A DeviceSearch is how many devices there are, and the first of those that match.
type DeviceSearch struct {
	Total   int      `json:"total" doc:"How many devices there are: virtual ones, and those outside that are connected" example:"10000"`
	Online  int      `json:"online" doc:"How many of them are connected to the courier" example:"9998"`
	Matched int      `json:"matched" doc:"How many match" example:"1"`
	Devices []Device `json:"devices" doc:"The first of those that match"`
}
