package web

// placePhrases are the words of what is beside the pages: how to follow them,
// badges, the page as plain text.
type placePhrases struct {
	// How to follow
	subscribe               string // name of the page
	feedsHead, feedsText    string
	feedsLate               string // mail about this mail server is no help
	oneHead, oneText        string // following one component
	calendarHead            string
	calendarText            string
	calendarLink            string
	programsHead            string
	programsText            string
	plainText, machineGuide string // links to them
	apiGuide                string
	badgeHead, badgeText    string
	bannerHead, bannerText  string
	otherHead               string // staff's own links

	// Badges
	uptimeIn func(days int) string // "uptime, 30 days"
	unknown  string                // no uptime is known

	// The page as text
	asOf   string // before a time
	latest string // before a time
	noNews string // nothing goes on
}
