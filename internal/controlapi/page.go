package controlapi

// A Page asks for a part of a list.
type Page struct {
	After string `query:"after" default:"0" maxLength:"128" example:"0" doc:"Value of next in the previous response; 0 starts at the beginning"`
	Limit int    `query:"limit" default:"1000" minimum:"1" maximum:"1000" example:"1000" doc:"Maximum number of entries"`
}
