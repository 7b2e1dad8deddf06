package probe

import "testing"

func TestTargetAt(t *testing.T) {
	base, err := ParseTarget("imaps://probe@*:1993?insecure=true")
	if err != nil || base.Host != AnyHost {
		t.Fatalf("%+v, %v", base, err)
	}
	for where, want := range map[string]string{
		"mail.example.edu":        "imaps://probe@mail.example.edu:1993?insecure=true",
		"MAIL.example.edu:993":    "imaps://probe@mail.example.edu:993?insecure=true",
		"192.0.2.1":               "imaps://probe@192.0.2.1:1993?insecure=true",
		"192.0.2.1:1":             "imaps://probe@192.0.2.1:1?insecure=true",
		"2001:DB8:0::1":           "imaps://probe@[2001:db8::1]:1993?insecure=true",
		"[2001:db8::1]:65535":     "imaps://probe@[2001:db8::1]:65535?insecure=true",
		"_mail-1.x":               "",
		"":                        "",
		"*":                       "",
		"mail.example.edu:":       "",
		"mail.example.edu:0":      "",
		"mail.example.edu:65536":  "",
		"mail.example.edu:imap":   "",
		"-oProxyCommand=x":        "",
		"mail.example.edu;id":     "",
		"mail.example.edu\r\nX":   "",
		"mail.example.edu?a=b":    "",
		"mail.example.edu#a":      "",
		"mail.example.edu/x":      "",
		"joe@mail.example.edu":    "",
		"imap://mail.example.edu": "",
		"fe80::1%eth0":            "",
		"[fe80::1%eth0]:993":      "",
		"localhost.":              "",
		"/run/dovecot/lmtp":       "",
	} {
		got, err := base.At(where)
		if want == "" {
			if err == nil {
				t.Errorf("%q is taken as %s", where, got)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: %s, %v; want %s", where, got, err, want)
		}
	}
	if _, err := (Target{Scheme: "lmtp+unix", Path: "/run/lmtp"}).At("mail.example.edu"); err == nil {
		t.Error("a socket of this machine is asked on another host")
	}
}
