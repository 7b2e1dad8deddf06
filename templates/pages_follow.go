package templates

// Subscribe is the page that says how to follow.
type Subscribe struct {
	Frame
	Heading string
	Ways    []Way
}

// Way is one way to follow.
type Way struct {
	ID       string // of the section
	Heading  string
	Text     string
	Warning  string // may be empty
	Feeds    []Feed
	Named    []NamedFeeds
	Links    []Link
	Picture  Link // shown; Text stands for it where it can't be seen
	Snippets []Snippet
}

// NamedFeeds are the feeds of one component.
type NamedFeeds struct {
	Name, Href string // of the component
	Feeds      []Feed
}

// Snippet is text to be copied.
type Snippet struct{ Label, Code string }

// Embed is what other sites show in a frame.
type Embed struct {
	Frame
	State State
	Href  string // of the page, absolute
}
