package probe

import (
	"strings"
	"testing"
)

// What stands before a # is the site's; what stands behind it is ours.
func TestParsePage(t *testing.T) {
	tests := []struct {
		in   string
		want Target
		out  string
	}{
		{"http://h", Target{Scheme: "http", Host: "h", Port: 80, Page: "/"}, "http://h:80/"},
		{"https://mail.example.edu/login?x=1&expect=2#status=200&expect=Welcome%20back",
			Target{Scheme: "https", Host: "mail.example.edu", Port: 443, Page: "/login?x=1&expect=2", Expect: "Welcome back", Site: Site{Status: "200"}},
			"https://mail.example.edu:443/login?x=1&expect=2#expect=Welcome%20back&status=200"},
		{"https://[::1]:8443/a%20b/ü?q=%C3%BC#insecure=true&min=1.3&redirects=any",
			Target{Scheme: "https", Host: "::1", Port: 8443, Page: "/a%20b/%C3%BC?q=%C3%BC", Insecure: true, MinTLS: "1.3", Site: Site{Redirects: "any"}},
			"https://[::1]:8443/a%20b/%C3%BC?q=%C3%BC#insecure=true&min=1.3&redirects=any"},
		{"https://h/@joe#expect=a%26b:c@d", Target{Scheme: "https", Host: "h", Port: 443, Page: "/%40joe", Expect: "a&b:c@d"}, "https://h:443/%40joe#expect=a%26b:c@d"},
		{"https://h/#expect=a%23b", Target{Scheme: "https", Host: "h", Port: 443, Page: "/", Expect: "a#b"}, "https://h:443/#expect=a%23b"},
		{"horde+https://joe@h/horde", Target{Scheme: "horde+https", User: "joe", Host: "h", Port: 443, Page: "/horde/"}, "horde+https://joe@h:443/horde/"},
		{"roundcube+http://joe%40x.example@[::1]:8080#plaintext=true&backend=weg",
			Target{Scheme: "roundcube+http", User: "joe@x.example", Host: "::1", Port: 8080, Page: "/", Plaintext: true, Site: Site{Backend: "weg"}},
			"roundcube+http://joe%40x.example@[::1]:8080/#plaintext=true&backend=weg"},
		{"webmail+https://joe@h/in?a=b#user_field=u&password_field=p&form=/go&expect=Inbox&logout=/out",
			Target{Scheme: "webmail+https", User: "joe", Host: "h", Port: 443, Page: "/in?a=b", Expect: "Inbox", Site: Site{UserField: "u", PasswordField: "p", Form: "/go", Logout: "/out"}},
			"webmail+https://joe@h:443/in?a=b#expect=Inbox&user_field=u&password_field=p&form=/go&logout=/out"},
		{`tls://h:1?min=1.2&send=PING%5cr%5cn&expect=%2BPONG`, Target{Scheme: "tls", Host: "h", Port: 1, MinTLS: "1.2", Send: `PING\r\n`, Expect: "+PONG"}, "tls://h:1?min=1.2&send=PING%5Cr%5Cn&expect=%2BPONG"},
	}
	for _, tt := range tests {
		got, err := ParseTarget(tt.in)
		if err != nil || got != tt.want || got.String() != tt.out {
			t.Errorf("ParseTarget(%q) = %+v, %v\nwant %+v\nString is %q, want %q", tt.in, got, err, tt.want, got, tt.out)
			continue
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("ParseTarget(%q) = %+v, %v; want the same again", got, again, err)
		}
	}
}

func TestParsePageRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"https://joe@h/":                         "logs nobody in",
		"https://joe:hunter2@h/":                 "password",
		"https://joe:hunter2@h/#expect=x":        "password",
		"https://h:1/?who=hunter2@x":             "password",
		"https://h:1/#hunter2@x":                 "password",
		"https:///x":                             "no host",
		"https://h:0/":                           "65535",
		"https://h/?a b":                         "%20",
		"https://h/?a=ü":                         "%20",
		"https://h/a%zz":                         "not of the form",
		"https://h/a\r\nb":                       "not of the form",
		"https://h/" + strings.Repeat("a", 1000): "at most 1000",
		"https://h/#status=2xx":                  "status code",
		"https://h/#status=100":                  "status code",
		"https://h/#status=0200":                 "status code",
		"https://h/#redirects=yes":               "wants any",
		"https://h/#user_field=u":                "unknown option",
		"https://h/#rcpt=a@b":                    "unknown option",
		"horde+https://u@h/horde/?x=1":           "behind a #",
		"horde+https://u@h/horde/#expect=x":      "unknown option",
		"webmail+https://u@h/#form=//evil/x":     "same site",
		"webmail+https://u@h/#form=http://x":     "same site",
		"webmail+https://u@h/#logout=%0a":        "same site",
		"webmail+imap://u@h/":                    "unknown scheme",
	} {
		_, err := ParseTarget(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q) = %v, want an error with %q", in, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseTarget(%q) repeats the password: %v", in, err)
		}
	}
}
