package templates

// Phrases are the words that stand in the pages' markup, in one language. What
// they are put together with is said by the caller.
type Phrases struct {
	Lang string // BCP 47, for <html lang>

	// Around every page
	Skip       string
	Pages      string // what the navigation is called
	Follow     string
	TimesOf    string // before the name of the zone
	KeptBy     string
	UnreadHead string // before a time, and what comes after it
	UnreadTail string
	UnsavedIs  string // likewise
	UnsavedEnd string

	// Front page
	LastChecked  string // before a time
	NotChecked   string
	Now          string
	ReadOn       string
	WholeThread  string
	Thread       string
	Planned      string
	To           string // between two times
	Services     string
	BarsMean     string // what the rows of bars are
	MailHead     string
	RecentDays   string
	NoneOnDay    string // no incidents on a day
	NotWatched   string // nothing was monitored on it
	AllIncidents string
	NoIncidents  string

	// History
	Around    string // what the links to the time before and after are called
	Days      string
	NoOutages string // on a day or in a month
	Component string // heads of columns
	Uptime    string
	Down      string
	Degraded  string
	Kept      string // planned maintenance
	Unseen    string // not monitored

	// Thread
	Affected     string
	Spared       string // heads what works and what nobody watches
	Restored     string // heads expected against actual
	Updates      string
	ByStaff      string
	ByMachine    string
	ExpectedBy   string // before a time
	EditUntil    string // before a time, and what comes after it
	EditTail     string
	EditStaff    string
	NoUpdates    string
	Outages      string
	From         string // heads of columns
	Until        string
	HowLong      string
	What         string
	UntilIs      string // before the end of an outage in a narrow window
	Lasting      string
	InAll        string
	Changes      string
	StaffChanged string
	SelfChanged  string

	// Component
	Since      string // before a time
	PartOf     string
	GoodAt     string
	CheckedAt  string
	LastYear   string // heads the days of a year
	Trouble    string // heads those that were out of the ordinary
	Period     string // heads a column
	Times      string // heads how long checks took
	Phase      string
	Half       string // the median
	Most       string // the 95th percentile
	Blips      string
	Incidents  string
	SeeThePage string // on the pages of faults
}
