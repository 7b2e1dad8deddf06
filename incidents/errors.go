package incidents

import "errors"

var (
	ErrNotFound = errors.New("no such incident")
	ErrConflict = errors.New("outage belongs to another incident")
	ErrInvalid  = errors.New("invalid")
)
