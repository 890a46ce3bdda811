package controlapi

// A Progress is how far a call has come that does something with many devices.
type Progress struct {
	What string `json:"what" enum:"create,reset" doc:"What the call does"`
	Team string `json:"team,omitempty" doc:"Team or space of the devices; absent for the default space"`
	Done int    `json:"done" doc:"Number of devices done" example:"1500"`
	Of   int    `json:"of" doc:"Number of devices to do" example:"5000"`
}
