package probe

import (
	"cmp"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// recipe is what is known of a kind of webmail. What is read of its pages is
// told apart by what does not depend on the language, where there is such a
// thing, and else in English, which is asked for.
type recipe struct {
	page           string            // to log in on, from the target's
	user, password string            // names of the form's fields; empty for what they are by their types
	others         map[string]string // what a script or the user puts into other fields
	inside         string            // what only a page behind the login holds
	noticeOf       func(page []byte) string
	notices        []notice
	// mailbox is the link to the inbox, and judgeMailbox says what is wrong with
	// it; nil for a site without one.
	mailbox      func(in *answer) string
	judgeMailbox func(page []byte) error
	// counts is what a script on that page posts to learn about the inbox, with
	// the link from the target's; no form is nothing. judgeCount says what is
	// wrong with its answer.
	counts     func(page []byte) (link string, form url.Values)
	judgeCount func(a *answer) error
	logout     func(in *answer) string // empty for nowhere
}

// notice is what the site says when a login fails for another cause than the
// password.
type notice struct{ text, cause string }

func recipeOf(t Target) recipe {
	name, _, _ := strings.Cut(t.Scheme, "+")
	switch name {
	case "horde":
		return horde()
	case "roundcube":
		return roundcube()
	}
	return recipe{
		user:     t.Site.UserField,
		password: t.Site.PasswordField,
		noticeOf: func([]byte) string { return "" },
		// The link on the page may carry a token along.
		logout: func(in *answer) string {
			if t.Site.Logout == "" {
				return ""
			}
			return cmp.Or(linkWith(in.body, t.Site.Logout), t.Site.Logout)
		},
	}
}

// horde is Horde with IMP. Its dynamic view is asked for, which is what people
// see; the basic one breaks where PHP is newer than Horde. A script would say
// that the form was sent by hand.
func horde() recipe {
	return recipe{
		page: "login.php",
		user: "horde_user", password: "horde_pass",
		others:   map[string]string{"login_post": "1", "horde_select_view": "dynamic", "new_lang": "en_US"},
		inside:   "horde_logout_token=",
		noticeOf: hordeNotice,
		notices: []notice{
			{"Error connecting to mail server", "backend"},
			{"IMAP error reported by server", "backend"},
			{"Error when communicating with the mail server", "backend"},
			{"Mail server closed the connection", "backend"},
			{"Remote server is temporarily unavailable", "backend"},
			{"Remote server has terminated the connection", "backend"},
		},
		mailbox: func(*answer) string { return "imp/" },
		judgeMailbox: func(page []byte) error {
			if strings.Contains(string(page), "alerts/error.png") {
				return &fault{"no", hordeNotice(page)}
			}
			return nil
		},
		counts:     hordeCounts,
		judgeCount: hordeCount,
		logout:     func(in *answer) string { return linkWith(in.body, "horde_logout_token=") },
	}
}

var hordeNotices = regexp.MustCompile(`class="noticetext">([^<]*)<`)

func hordeNotice(page []byte) string {
	var all []string
	for _, m := range hordeNotices.FindAllSubmatch(page, maxNotices) {
		all = append(all, html.UnescapeString(string(m[1])))
	}
	return strings.Join(all, "; ")
}

// hordeInbox is how IMP names the inbox.
const hordeInbox = "SU5CT1g"

var hordeTokens = regexp.MustCompile(`"TOKEN":"([A-Za-z0-9_-]+)"`)

// hordeCounts asks for how many unread messages there are, as the page does
// from time to time.
func hordeCounts(page []byte) (string, url.Values) {
	m := hordeTokens.FindSubmatch(page)
	if m == nil {
		return "", nil // a view without scripts, which has shown the inbox
	}
	return "services/ajax.php/imp/poll", url.Values{"token": {string(m[1])}, "poll": {`["` + hordeInbox + `"]`}}
}

// hordeCount judges the answer by what is in it: Horde is known to say 500 over
// a good one.
func hordeCount(a *answer) error {
	var said struct {
		Tasks struct {
			Poll map[string]any `json:"imp:poll"`
		}
		Msgs []struct{ Message string }
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(a.body), "/*-secure-"), "*/")
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		if a.code/100 != 2 {
			return &fault{"status", a.status}
		}
		return &fault{"proto", "no count of the inbox"}
	}
	if _, counted := said.Tasks.Poll[hordeInbox]; counted {
		return nil
	}
	for _, m := range said.Msgs {
		return &fault{"no", m.Message}
	}
	return &fault{"no", "the inbox was not counted"}
}

// maxNotices bounds how many notices of a page are read.
const maxNotices = 5

// roundcube is Roundcube 1.4 and later.
func roundcube() recipe {
	link := func(task string) func(*answer) string {
		return func(in *answer) string {
			return "?" + task + "&_token=" + url.QueryEscape(roundcubeToken(in.body))
		}
	}
	return recipe{
		page: "?_task=login",
		user: "_user", password: "_pass",
		inside:   "_task=logout",
		noticeOf: func(page []byte) string { return roundcubeNotice(string(page)) },
		notices: []notice{
			{"Connection to storage server failed", "backend"},
			{"Database Error", "backend"},
			{"Too many failed login attempts", "limited"},
			{"Invalid request", "session"},
			{"Your session is invalid", "session"},
			{"does not accept cookies", "session"},
		},
		mailbox:      link("_task=mail&_action=list&_mbox=INBOX&_remote=1"),
		judgeMailbox: roundcubeList,
		logout:       link("_task=logout"),
	}
}

var (
	roundcubeTokens  = regexp.MustCompile(`"request_token":"([A-Za-z0-9]+)"`)
	roundcubeNotices = regexp.MustCompile(`display_message\(("(?:[^"\\]|\\.)*"),"(?:error|warning)"`)
)

func roundcubeToken(page []byte) string {
	if m := roundcubeTokens.FindSubmatch(page); m != nil {
		return string(m[1])
	}
	return ""
}

// roundcubeNotice is what a script shows as an error or a warning.
func roundcubeNotice(script string) string {
	var all []string
	for _, m := range roundcubeNotices.FindAllStringSubmatch(script, maxNotices) {
		var text string
		if json.Unmarshal([]byte(m[1]), &text) == nil {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

// roundcubeList judges the list of the inbox as a script gets it.
func roundcubeList(answer []byte) error {
	var list struct {
		Action, Exec string
		Env          struct{ Mailbox string }
	}
	if err := json.Unmarshal(answer, &list); err != nil || list.Action != "list" || list.Env.Mailbox != "INBOX" {
		return &fault{"proto", "no list of the inbox"}
	}
	if text := roundcubeNotice(list.Exec); text != "" {
		return &fault{"no", text}
	}
	return nil
}
