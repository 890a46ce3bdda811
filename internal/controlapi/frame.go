package controlapi

import "time"

// A Frame is a frame of a device's connection, or the end of the connection.
type Frame struct {
	At        time.Time   `json:"at" doc:"When it was received, or added to what is sent, by the clock of the machine"`
	Remote    string      `json:"remote" doc:"Address of the device, which tells its connections apart" example:"127.0.0.1:51234"`
	From      string      `json:"from,omitempty" enum:"device,courier" doc:"Who sent it; absent at the end of the connection" example:"courier"`
	Command   string      `json:"command,omitempty" doc:"Name of the command" example:"notification"`
	Code      uint8       `json:"code,omitempty" doc:"Its first byte" example:"10"`
	Bytes     int         `json:"bytes,omitempty" doc:"Size in the plain framing, also of a frame that was packed" example:"412"`
	Text      string      `json:"text,omitempty" doc:"The message in one line, long values cut"`
	Items     []FrameItem `json:"items,omitempty" doc:"Its items, in order"`
	EndReason string      `json:"endReason,omitempty" doc:"Why the connection ended; absent for a frame" example:"closed"`
}

// A FrameItem is a field of a frame.
type FrameItem struct {
	ID   uint8  `json:"id" doc:"Number of the field" example:"3"`
	Name string `json:"name" doc:"What the field is; item and the number if it is unknown" example:"payload"`
	Text string `json:"text" doc:"Value: a number, quoted text, or hex"`
}
