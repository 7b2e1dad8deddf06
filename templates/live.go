package templates

// Live is what a page needs to follow changes by itself. The zero Live is a
// page that does not.
type Live struct {
	Events    string // where changes are told
	Script    string // link to the script
	Integrity string // of the script
}
