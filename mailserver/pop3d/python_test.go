package pop3d_test

import (
	"net"
	"os"
	"os/exec"
	"testing"

	"howdah/mailserver/pop3d"
)

const pythonClient = `
import poplib, sys
def connect():
    p = poplib.POP3(sys.argv[1], int(sys.argv[2]))
    p.user('alice')
    p.pass_('open sesame')
    return p
p = connect()
assert 'UIDL' in p.capa()
count, octets = p.stat()
sizes = [int(line.split()[1]) for line in p.list()[1]]
assert count == len(sizes) == 3 and octets == sum(sizes), (count, octets, sizes)
for n, size in enumerate(sizes, 1):
    lines = p.retr(n)[1]
    assert sum(len(line) + 2 for line in lines) == size, (lines, size)
    assert lines[2:] == [b'.stuffed', b'body'], lines
    assert p.top(n, 1)[1] == lines[:3]
ids = [line.split()[1] for line in p.uidl()[1]]
assert len(set(ids)) == 3
p.dele(1)
p.quit()
p = connect()
assert [line.split()[1] for line in p.uidl()[1]] == ids[1:]
p.quit()
`

// TestPythonClient has Python's poplib use the server.
func TestPythonClient(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("HOWDAH_TEST_REQUIRE") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	h := serve(t, pop3d.Options{})
	h.put("Subject: crlf\r\n\r\n.stuffed\r\nbody\r\n", "Subject: lf\n\n.stuffed\nbody\n", "Subject: open\r\n\r\n.stuffed\r\nbody")
	host, port, err := net.SplitHostPort(h.addr)
	must(t, err)
	if out, err := exec.CommandContext(t.Context(), python, "-c", pythonClient, host, port).CombinedOutput(); err != nil {
		t.Errorf("poplib: %v\n%s", err, out)
	}
}
