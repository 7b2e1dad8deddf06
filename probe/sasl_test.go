package probe

import (
	"bufio"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"net"
	"strings"
	"testing"
)

// The examples of RFC 5802, section 5, and RFC 7677, section 3.
func TestScramExamples(t *testing.T) {
	for _, tt := range []struct{ name, nonce, first, challenge, final, last string }{
		{"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
		{"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
	} {
		s := newScram(tt.name, "user", "pencil", (&transcript{}).hide)
		s.nonce = tt.nonce
		if got := string(s.first()); got != tt.first {
			t.Errorf("%s: first message %q, want %q", tt.name, got, tt.first)
		}
		if got, err := s.answer([]byte(tt.challenge)); err != nil || string(got) != tt.final {
			t.Errorf("%s: answer %q, %v; want %q", tt.name, got, err, tt.final)
		}
		if got, err := s.answer([]byte(tt.last)); err != nil || string(got) != "" || s.judge(nil) != nil {
			t.Errorf("%s: the right proof: %q, %v, %v", tt.name, got, err, s.judge(nil))
		}
	}
	s := newScram("SCRAM-SHA-256", "a=b,c", "", (&transcript{}).hide)
	if got := string(s.first()); !strings.HasPrefix(got, "n,,n=a=3Db=2Cc,r=") {
		t.Errorf("a name with commas: %q", got)
	}
}

// What a server says must be what SCRAM wants, and must not cost us much.
func TestScramRefuses(t *testing.T) {
	const salt = "QSXCR+Q6sek8bf92"
	for _, tt := range []struct{ name, first, last, cause string }{
		{"another nonce", "r=other,s=" + salt + ",i=4096", "", "proto"},
		{"no nonce of its own", "r=NONCE,s=" + salt + ",i=4096", "", "proto"},
		{"an extension", "m=x,r=NONCEx,s=" + salt + ",i=4096", "", "proto"},
		{"no salt", "r=NONCEx,s=,i=4096", "", "proto"},
		{"salt that is none", "r=NONCEx,s=***,i=4096", "", "proto"},
		{"nothing", "", "", "proto"},
		{"an error at once", "e=unknown-user", "", "proto"},
		{"few iterations", "r=NONCEx,s=" + salt + ",i=1", "", "proto"},
		{"a hundred million iterations", "r=NONCEx,s=" + salt + ",i=100000000", "", "proto"},
		{"more than a number holds", "r=NONCEx,s=" + salt + ",i=99999999999999999999", "", "proto"},
		{"negative iterations", "r=NONCEx,s=" + salt + ",i=-4096", "", "proto"},
		{"another proof", "r=NONCEx,s=" + salt + ",i=4096", "v=" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "mismatch"},
		{"an empty proof", "r=NONCEx,s=" + salt + ",i=4096", "v=", "mismatch"},
		{"our proof is wrong", "r=NONCEx,s=" + salt + ",i=4096", "e=invalid-proof", "no"},
		{"too much to do", "r=NONCEx,s=" + salt + ",i=4096", "e=no-resources", "tempfail"},
		{"nonsense", "r=NONCEx,s=" + salt + ",i=4096", "x", "proto"},
	} {
		s := newScram("SCRAM-SHA-256", "user", "pencil", (&transcript{}).hide)
		_, err := s.answer([]byte(strings.ReplaceAll(tt.first, "NONCE", s.nonce)))
		if tt.last != "" && err == nil {
			_, err = s.answer([]byte(tt.last))
		}
		if f, ok := err.(*fault); !ok || f.cause != tt.cause {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.cause)
		}
		if s.proved {
			t.Errorf("%s: counts as a proof", tt.name)
		}
	}
	s := newScram("SCRAM-SHA-256", "user", "pencil", (&transcript{}).hide)
	if f, ok := s.judge(nil).(*fault); !ok || f.cause != "mismatch" {
		t.Errorf("let in without a proof: %v", s.judge(nil))
	}
}

// scramServer is the other side: it knows a password, and how a message is put
// on the wire and read from it.
type scramServer struct {
	hash     func() hash.Hash
	password string
	lies     bool // it lets everybody in, without knowing the password
}

func (s scramServer) hmac(key []byte, text string) []byte {
	m := hmac.New(s.hash, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// talk holds the login up to the server's proof; hear decodes a message of the
// client, say sends one.
func (s scramServer) talk(first string, say func(string), hear func() string) bool {
	bare := strings.TrimPrefix(first, gs2)
	_, nonce, _ := strings.Cut(bare, ",r=")
	const salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
	challenge := "r=" + nonce + "server,s=" + salt + ",i=4096"
	say(challenge)
	final := hear()
	without, proof, _ := strings.Cut(final, ",p=")
	conversation := bare + "," + challenge + "," + without
	rawSalt, _ := base64.StdEncoding.DecodeString(salt)
	key, _ := pbkdf2.Key(s.hash, s.password, rawSalt, 4096, s.hash().Size())
	clientKey := s.hmac(key, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	want := s.hmac(stored.Sum(nil), conversation)
	for i := range want {
		want[i] ^= clientKey[i]
	}
	if proof != base64.StdEncoding.EncodeToString(want) && !s.lies {
		return false
	}
	say("v=" + base64.StdEncoding.EncodeToString(s.hmac(s.hmac(key, "Server Key"), conversation)))
	return true
}

// SCRAM over each protocol, with a server that knows the password, one that
// knows another, and one that pretends.
func TestScramOnTheWire(t *testing.T) {
	decode := func(s string) string {
		b, _ := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(s), `"`))
		return string(b)
	}
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	protocols := map[string]struct {
		begin   []string // greeting, then pairs of a command and its answer, up to the login
		say     string   // how a challenge goes out
		yes, no string
		after   []string // answers to what follows the login
	}{
		"imap":        {[]string{"* OK", "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=%s\r\na1 OK"}, "+ %s", "a2 OK", "a2 NO [AUTHENTICATIONFAILED]", []string{"a3 OK", "a4 OK"}},
		"pop3":        {[]string{"+OK", "+OK\r\nUSER\r\nSASL PLAIN %s\r\n."}, "+ %s", "+OK", "-ERR [AUTH]", []string{"+OK 0 0", "+OK"}},
		"smtp":        {[]string{"220 mx", "250-mx\r\n250 AUTH PLAIN %s"}, "334 %s", "235 in", "535 no", []string{"221"}},
		"managesieve": {[]string{"\"SASL\" \"PLAIN %s\"\r\nOK"}, `"%s"`, "OK", "NO", []string{"OK"}},
	}
	for scheme, p := range protocols {
		for _, name := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1"} {
			for _, tt := range []struct {
				password string
				lies     bool
				reason   Reason
			}{{secret, false, ""}, {"another", false, "auth.no"}, {"another", true, "auth.mismatch"}} {
				server := scramServer{sha256.New, tt.password, tt.lies}
				if name == "SCRAM-SHA-1" {
					server.hash = sha1.New
				}
				serve := func(conn net.Conn) {
					defer conn.Close()
					in := bufio.NewReader(conn)
					line := func() string { s, _ := in.ReadString('\n'); return s }
					out := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
					for i, s := range p.begin {
						if i > 0 {
							line()
						}
						if strings.Contains(s, "%s") {
							s = fmt.Sprintf(s, name)
						}
						out(s)
					}
					words := strings.Fields(line())
					said := server.talk(decode(words[len(words)-1]), func(s string) { out(fmt.Sprintf(p.say, encode(s))) }, func() string { return decode(line()) })
					if said {
						line() // its empty answer
						out(p.yes)
					} else {
						out(p.no)
					}
					for _, s := range p.after {
						line()
						out(s)
					}
				}
				r := ask(t, scheme+"://probe@127.0.0.1", onListener(t, serve), nil)
				if r.Reason != tt.reason || r.Mechanism != name {
					t.Errorf("%s %s: got %s %q (%s) by %q, want %q", scheme, name, r.Verdict, r.Reason, r.Detail, r.Mechanism, tt.reason)
				}
				for _, word := range strings.Fields(strings.Join(r.Transcript, " ")) {
					if said := decode(word); strings.Contains(said, "p=") || strings.HasPrefix(said, "v=") && !tt.lies {
						t.Errorf("%s %s: shows a proof: %s", scheme, name, said)
					}
				}
			}
		}
	}
}

func TestTokens(t *testing.T) {
	// \0 and so on of "probe" and the secret, which is the token here.
	xoauth := base64.StdEncoding.EncodeToString([]byte("user=probe\x01auth=Bearer " + secret + "\x01\x01"))
	bearer := base64.StdEncoding.EncodeToString([]byte("n,a=probe,\x01host=127.0.0.1\x01port=143\x01auth=Bearer " + secret + "\x01\x01"))
	complaint := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf(`{"status":"invalid_token","x":%q}`, secret)))
	number := base64.StdEncoding.EncodeToString([]byte(`{"status":"400","schemes":"Bearer"}`))
	const caps = "S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN"
	begin := func(rest ...string) script { return append(script{"S: * OK", "C: a1", caps, "S: a1 OK"}, rest...) }
	in := []string{"S: a2 OK", "C: a3", "S: a3 OK", "C: a4", "S: a4 OK"}
	for _, tt := range []struct {
		name, url    string
		server       script
		reason       Reason
		mech, detail string
	}{
		{"XOAUTH2", "imap://probe@127.0.0.1?auth=xoauth2", begin(append([]string{"C: a2 AUTHENTICATE XOAUTH2 " + xoauth + "\r\n"}, in...)...), "", "XOAUTH2", ""},
		{"OAUTHBEARER", "imap://probe@127.0.0.1?auth=oauthbearer", begin(append([]string{"C: a2 AUTHENTICATE OAUTHBEARER " + bearer + "\r\n"}, in...)...), "", "OAUTHBEARER", ""},
		{"never unasked", "imap://probe@127.0.0.1", begin(append([]string{"C: a2 AUTHENTICATE PLAIN"}, in...)...), "", "PLAIN", ""},
		{"token has ended", "imap://probe@127.0.0.1?auth=oauthbearer", begin("C: a2 AUTHENTICATE OAUTHBEARER", "S: + "+complaint, "C: AQ==\r\n", "S: a2 NO [AUTHENTICATIONFAILED] no"),
			"auth.no", "OAUTHBEARER", "status invalid_token: [AUTHENTICATIONFAILED] no"},
		{"token has ended, XOAUTH2", "imap://probe@127.0.0.1?auth=xoauth2", begin("C: a2 AUTHENTICATE XOAUTH2", "S: + "+number, "C: \r\n", "S: a2 NO no"), "auth.no", "XOAUTH2", "status 400: no"},
		{"repeats it", "imap://probe@127.0.0.1?auth=xoauth2", begin("C: a2 AUTHENTICATE XOAUTH2", "S: a2 NO what is "+xoauth), "auth.no", "XOAUTH2", "what is ***"},
		{"let in after all", "imap://probe@127.0.0.1?auth=xoauth2", begin("C: a2 AUTHENTICATE XOAUTH2", "S: + "+number, "C: ", "S: a2 OK"), "auth.proto", "XOAUTH2", ""},
		{"complains twice", "imap://probe@127.0.0.1?auth=xoauth2", begin("C: a2 AUTHENTICATE XOAUTH2", "S: + "+number, "C: ", "S: + "+number, hang), "auth.proto", "XOAUTH2", ""},
		{"complains of nothing", "imap://probe@127.0.0.1?auth=xoauth2", begin("C: a2 AUTHENTICATE XOAUTH2", "S: + ", hang), "auth.proto", "XOAUTH2", ""},
		{"not offered", "imap://probe@127.0.0.1?auth=scram-sha-256", begin(hang), "auth.nomech", "", ""},
		{"the issuer is gone", "imap://probe@127.0.0.1?auth=oauthbearer", begin("C: a2 AUTHENTICATE OAUTHBEARER", "S: a2 NO [UNAVAILABLE] later"), "auth.tempfail", "OAUTHBEARER", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Reason != tt.reason || r.Mechanism != tt.mech || tt.detail != "" && r.Detail != tt.detail {
				t.Errorf("got %q by %q: %q, want %q by %q: %q", r.Reason, r.Mechanism, r.Detail, tt.reason, tt.mech, tt.detail)
			}
			for _, line := range append(r.Transcript, r.Detail) {
				for _, bad := range []string{"s3cr", xoauth, bearer} {
					if strings.Contains(line, bad) {
						t.Errorf("shows the token: %q", line)
					}
				}
			}
		})
	}
}

// Long tokens go where lines are long enough.
func TestLongTokens(t *testing.T) {
	token := strings.Repeat("t", 1500)
	message := base64.StdEncoding.EncodeToString([]byte("user=probe\x01auth=Bearer " + token + "\x01\x01"))
	for url, server := range map[string]script{
		"smtp://probe@127.0.0.1?auth=xoauth2":        {"S: 220", "C: EHLO", "S: 250-mx", "S: 250 AUTH XOAUTH2", "C: AUTH XOAUTH2\r\n", "S: 334 ", "C: " + message + "\r\n", "S: 235", "C: QUIT", "S: 221"},
		"pop3://probe@127.0.0.1?auth=xoauth2":        {"S: +OK", "C: CAPA", "S: +OK", "S: SASL XOAUTH2", "S: .", "C: AUTH XOAUTH2\r\n", "S: + ", "C: " + message + "\r\n", "S: +OK", "C: STAT", "S: +OK 0 0", "C: QUIT", "S: +OK"},
		"managesieve://probe@127.0.0.1?auth=xoauth2": {`S: "SASL" "XOAUTH2"`, "S: OK", fmt.Sprintf(`C: AUTHENTICATE "XOAUTH2" {%d+}`, len(message)), "C: " + message + "\r\n", "S: OK", "C: LOGOUT", "S: OK"},
	} {
		target, err := ParseTarget(url)
		if err != nil {
			t.Fatal(err)
		}
		r := (&Runner{Dial: server.onTCP(t, tls.Certificate{})}).RunTarget(t.Context(), target, func() (string, error) { return token, nil }, defaultTimeout)
		if r.Verdict != OK || strings.Contains(strings.Join(r.Transcript, " "), "dHR0dHR0") {
			t.Errorf("%s: %s %q (%s)\n%s", url, r.Verdict, r.Reason, r.Detail, strings.Join(r.Transcript, "\n"))
		}
	}
}

// The proof of a ManageSieve server may come with its last answer, and its
// challenges as literals.
func TestManageSieveProofs(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	serve := func(conn net.Conn) {
		defer conn.Close()
		in := bufio.NewReader(conn)
		line := func() string { s, _ := in.ReadString('\n'); return strings.TrimSpace(s) }
		_, _ = io.WriteString(conn, "\"SASL\" \"SCRAM-SHA-256\"\r\nOK\r\n")
		words := strings.Fields(line())
		first, _ := base64.StdEncoding.DecodeString(strings.Trim(words[len(words)-1], `"`))
		said := 0
		scramServer{sha256.New, secret, false}.talk(string(first), func(s string) {
			if said++; said == 1 {
				_, _ = fmt.Fprintf(conn, "{%d}\r\n%s\r\n", len(encode(s)), encode(s))
				return
			}
			_, _ = fmt.Fprintf(conn, "OK (SASL \"%s\") \"in\"\r\n", encode(s))
		}, func() string {
			b, _ := base64.StdEncoding.DecodeString(strings.Trim(line(), `"`))
			return string(b)
		})
		line()
		_, _ = io.WriteString(conn, "OK\r\n")
	}
	if r := ask(t, "managesieve://probe@127.0.0.1", onListener(t, serve), nil); r.Verdict != OK || r.Mechanism != "SCRAM-SHA-256" {
		t.Errorf("got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, strings.Join(r.Transcript, "\n"))
	}
}
