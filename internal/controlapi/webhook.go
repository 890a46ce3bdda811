package controlapi

// A Webhook is a URL that events are sent to, and what has become of them.
type Webhook struct {
	URL     string `json:"url" doc:"Scheme and host of the URL; the rest may be secret" example:"http://127.0.0.1:3000"`
	Filter  string `json:"filter" doc:"Which events are sent" example:"topic=com.example.*"`
	Sent    int    `json:"sent" doc:"Number of requests that were accepted" example:"17"`
	Dropped int    `json:"dropped" doc:"Number of events that were rejected, or failed for too long" example:"0"`
	Missed  uint64 `json:"missed" doc:"Number of events of any kind that were evicted from the history, or removed from it, before they could be read" example:"0"`
	Error   string `json:"error,omitempty" doc:"Why the present request is repeated" example:"connection refused"`
}
