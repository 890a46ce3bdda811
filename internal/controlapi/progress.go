package controlapi

// A Progress is how far a call has come that does something with many devices.
type Progress struct {
	What string `json:"what" enum:"create,reset" doc:"What it does with them"`
	Team string `json:"team,omitempty" doc:"Those of which team, or space; absent for the default space"`
	Done int    `json:"done" doc:"How many are done" example:"1500"`
	Of   int    `json:"of" doc:"How many there are to do" example:"5000"`
}
