package app

import "howdah/cmd/howdah/config"

// What parent and child say to each other over the two pipes that the child
// inherits, one JSON object a line.
//
// The parent writes childSettings to the first and then holds it open: its
// end tells the child that the parent is gone. The child writes one
// childStatus to the second: ready, or why it could not start.

const (
	settingsFD = 3
	statusFD   = 4
)

// childSettings is all that the mail server needs to know.
type childSettings struct {
	Data    string        `json:"data"`    // absolute
	Host    string        `json:"host"`    // what it calls itself
	Domains []string      `json:"domains"` // whose mail it takes in
	Listen  config.Listen `json:"listen"`
	Cert    string        `json:"cert"` // PEM files
	Key     string        `json:"key"`
	Log     config.Log    `json:"log"`
}

// childStatus is the child's one answer.
type childStatus struct {
	Ready  bool          `json:"ready"`
	Listen config.Listen `json:"listen"` // as bound
	Error  string        `json:"error,omitempty"`
	// Setup says that the error is one of configuration, such as a port in use:
	// a first start then ends with it instead of trying again.
	Setup bool `json:"setup,omitempty"`
}
