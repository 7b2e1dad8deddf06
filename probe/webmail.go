package probe

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
)

var (
	knownSite   = []string{"insecure", "plaintext", "backend"}
	unknownSite = []string{"insecure", "plaintext", "user_field", "password_field", "form", "expect", "backend", "logout"}

	webmailSchemes = []scheme{
		{name: "horde+https", port: 443, logsIn: true, options: knownSite, paged: true, locate: (*Target).locateFolder, speak: askWebmail},
		{name: "horde+http", port: 80, logsIn: true, options: knownSite, paged: true, locate: (*Target).locateFolder, speak: askWebmail},
		{name: "roundcube+https", port: 443, logsIn: true, options: knownSite, paged: true, locate: (*Target).locateFolder, speak: askWebmail},
		{name: "roundcube+http", port: 80, logsIn: true, options: knownSite, paged: true, locate: (*Target).locateFolder, speak: askWebmail},
		{name: "webmail+https", port: 443, logsIn: true, options: unknownSite, paged: true, locate: (*Target).locatePage, speak: askWebmail},
		{name: "webmail+http", port: 80, logsIn: true, options: unknownSite, paged: true, locate: (*Target).locatePage, speak: askWebmail},
	}
)

func askWebmail(c *conn) error {
	s, err := newSite(c)
	if err != nil {
		return err
	}
	return (&webmail{site: s, recipe: recipeOf(c.target)}).run()
}

// webmail asks a site what its user asks of it: the page to log in on, the
// login by its form, the inbox where the recipe knows how, the logout. What the
// site says to a login decides the reason. A refused password is "auth.no". A
// site that is there while the mail server behind it is not is "login.backend",
// or "mailbox.backend" when it lets people in all the same.
type webmail struct {
	*site
	recipe recipe
	form   form
}

func (w *webmail) run() error {
	to, err := w.home.Parse(w.recipe.page)
	if err != nil {
		return &stepError{"probe.target", Inconclusive, err.Error()}
	}
	page, err := w.follow(request{phase: "page", to: to, whole: true, judge: w.judgePage})
	if err != nil || !w.logsIn() {
		return err
	}
	if to, err = page.from.Parse(cmp.Or(w.target.Site.Form, w.form.action)); err != nil {
		return &stepError{"page.proto", Fail, "the form leads to what is no address"}
	}
	in, err := w.login(page, to)
	if err != nil {
		return err
	}
	if err := w.step("auth", budgetCommand, func(context.Context) error { return w.judgeLogin(in) }); err != nil {
		return err
	}
	broken := w.mailbox(in)
	left := w.leave(in) // also then, so that sessions do not pile up
	return cmp.Or(broken, left)
}

func (w *webmail) judgePage(a *answer) error {
	if a.code/100 != 2 {
		return &fault{"status", a.status}
	}
	if err := a.plain(); err != nil {
		return err
	}
	var found bool
	if w.form, found = loginForm(a.body); !found {
		return &fault{"noform", fmt.Sprintf("no form asks for a password on the page titled %q", titleOf(a.body))}
	}
	if text := w.target.Expect; text != "" && bytes.Contains(a.body, []byte(text)) {
		return &fault{"expected", fmt.Sprintf("%q is there before anybody has logged in", text)}
	}
	for _, f := range w.form.fields {
		if f.kind == "hidden" {
			w.conceal(f.value)
		}
	}
	return nil
}

// login posts the form.
func (w *webmail) login(page *answer, to *url.URL) (*answer, error) {
	if err := w.mayFollow(page.from, to); err != nil {
		return nil, &stepError{"login.redirect", Fail, "the form " + err.Error()}
	}
	w.mechanism = "form"
	return w.follow(request{phase: "login", to: to, whole: true, judge: w.judgeAnswer, form: func() (url.Values, error) {
		password, err := w.secret()
		if err != nil {
			return nil, err
		}
		w.log.hide(url.QueryEscape(password), html.EscapeString(password))
		values := w.form.values()
		for name, value := range w.recipe.others {
			if w.form.field(name) != nil {
				values.Set(name, value)
			}
		}
		user, pass, err := w.fields()
		if err != nil {
			return nil, err
		}
		values.Set(user, w.target.User)
		values.Set(pass, password)
		return values, nil
	}})
}

// fields are the names of those for the user and the password.
func (w *webmail) fields() (user, password string, err error) {
	user, password = w.recipe.user, w.recipe.password
	at := w.form.kind("password")
	if password == "" {
		password = w.form.fields[at].name
	}
	for i := at - 1; i >= 0 && user == ""; i-- {
		if kind := w.form.fields[i].kind; kind == "text" || kind == "email" {
			user = w.form.fields[i].name
		}
	}
	for _, name := range []string{user, password} {
		if w.form.field(name) == nil {
			return "", "", &fault{"noform", fmt.Sprintf("the form has no field %q for the user or the password", name)}
		}
	}
	return user, password, nil
}

// judgeAnswer looks at what became of the login, but not yet at whether it was
// let in: a site may answer a refusal with 401 or 200 alike.
func (w *webmail) judgeAnswer(a *answer) error {
	if err := a.plain(); err != nil {
		return err
	}
	proof := w.proof()
	if proof != "" && bytes.Contains(a.body, []byte(proof)) {
		return nil // what else is on the page may be in somebody's mail
	}
	said := w.recipe.noticeOf(a.body)
	where := said
	if w.recipe.notices == nil {
		where = string(a.body) // nobody knows where on it such things are said
	}
	if text := w.target.Site.Backend; text != "" && strings.Contains(where, text) {
		return &fault{"backend", text}
	}
	for _, known := range w.recipe.notices {
		switch {
		case !strings.Contains(said, known.text):
		case known.cause == "limited":
			// It may be our own failures that it counts, during an outage, say.
			return &stepError{"login.limited", Inconclusive, said}
		default:
			return &fault{known.cause, said}
		}
	}
	if _, again := loginForm(a.body); a.code >= 500 || a.code >= 400 && !again {
		return &fault{"status", a.status}
	}
	return nil
}

// proof is what only a page behind the login holds; empty for that it does not
// ask for a password.
func (w *webmail) proof() string { return cmp.Or(w.recipe.inside, w.target.Expect) }

// judgeLogin looks at whether the login was let in. A form that comes back is a
// refusal whatever it says, so that a wrong password never looks like an outage.
func (w *webmail) judgeLogin(a *answer) error {
	proof := w.proof()
	_, again := loginForm(a.body)
	switch {
	case proof != "" && bytes.Contains(a.body, []byte(proof)), proof == "" && !again:
		return nil
	case again:
		return &fault{"no", cmp.Or(w.recipe.noticeOf(a.body), "the form came back")}
	}
	return &fault{"mismatch", fmt.Sprintf("%q is not on the page titled %q", proof, titleOf(a.body))}
}

// mailbox looks at the inbox, where the recipe knows how.
func (w *webmail) mailbox(in *answer) error {
	if w.recipe.mailbox == nil {
		return nil
	}
	to, err := w.home.Parse(w.recipe.mailbox(in))
	if err != nil {
		return &stepError{"mailbox.proto", Fail, "its link is no address"}
	}
	box, err := w.follow(request{phase: "mailbox", to: to, whole: true, judge: func(a *answer) error {
		if a.code/100 != 2 {
			return &fault{"status", a.status}
		}
		if _, again := loginForm(a.body); again {
			return &fault{"backend", cmp.Or(w.recipe.noticeOf(a.body), "the form to log in came back")}
		}
		return w.recipe.judgeMailbox(a.body)
	}})
	if err != nil || w.recipe.counts == nil {
		return err
	}
	return w.count(box)
}

// count asks for what a script on the page of the inbox would ask for.
func (w *webmail) count(box *answer) error {
	link, form := w.recipe.counts(box.body)
	if form == nil {
		return nil
	}
	to, err := w.home.Parse(link)
	if err != nil {
		return &stepError{"mailbox.proto", Fail, "its link is no address"}
	}
	for _, values := range form {
		w.conceal(values[0])
	}
	_, err = w.follow(request{phase: "mailbox", to: to, whole: true, judge: w.recipe.judgeCount,
		form: func() (url.Values, error) { return form, nil }})
	return err
}

// leave logs out. The user's work is done by then, so a server that only hangs
// up has not failed.
func (w *webmail) leave(in *answer) error {
	link := w.recipe.logout(in)
	if link == "" {
		return nil
	}
	to, err := in.from.Parse(link)
	if err == nil {
		err = w.mayFollow(in.from, to)
	}
	if err != nil {
		return &stepError{"logout.redirect", Fail, err.Error()}
	}
	_, err = w.follow(request{phase: "logout", to: to, stay: true, judge: func(a *answer) error {
		if a.code >= 400 {
			return &fault{"status", a.status}
		}
		return nil
	}})
	var ended *stepError
	if errors.As(err, &ended) && (ended.reason == "logout.eof" || ended.reason == "logout.reset") {
		return nil
	}
	return err
}
