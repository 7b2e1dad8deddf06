package imapd_test

import (
	"net"
	"os"
	"os/exec"
	"testing"

	"howdah/mailserver/imapd"
)

const pythonClient = `
import imaplib, sys
m = imaplib.IMAP4(sys.argv[1], int(sys.argv[2]))
def ok(answer):
    assert answer[0] == 'OK', answer
    return answer[1]
try:
    m.login('alice', 'wrong')
    sys.exit('the wrong password was accepted')
except imaplib.IMAP4.error:
    pass
ok(m.login('alice', 'secret'))
assert len(ok(m.list())) == 6
text = b'From: a@example.edu\r\nSubject: hello\r\n\r\n.body\r\n'
ok(m.append('INBOX', '(\\Flagged)', None, text))
assert ok(m.select('INBOX')) == [b'1']
assert ok(m.fetch('1', '(FLAGS BODY.PEEK[])'))[0][1] == text
assert b'\\Flagged' in imaplib.ParseFlags(ok(m.fetch('1', '(FLAGS)'))[0])
assert ok(m.search(None, 'SUBJECT', 'hello')) == [b'1']
ok(m.copy('1', 'Archive'))
ok(m.uid('MOVE', '1', 'Trash'))
assert ok(m.search(None, 'ALL')) == [b'']
ok(m.close())
assert b'MESSAGES 1' in ok(m.status('Trash', '(MESSAGES)'))[0]
ok(m.select('Trash'))
ok(m.store('1', '+FLAGS', '\\Deleted'))
assert ok(m.expunge()) == [b'1']
m.logout()
`

// TestPythonClient has Python's imaplib use the server.
func TestPythonClient(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("HOWDAH_TEST_REQUIRE") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	h := serve(t, imapd.Options{})
	host, port, err := net.SplitHostPort(h.addr)
	must(t, err)
	if out, err := exec.CommandContext(t.Context(), python, "-c", pythonClient, host, port).CombinedOutput(); err != nil {
		t.Errorf("imaplib: %v\n%s", err, out)
	}
}
