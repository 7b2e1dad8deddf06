package probe

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- RFC 5802 names it, and some servers offer nothing better
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
)

// Bounds of the iterations that a server may ask for. Below them, what we send
// would tell an impostor too much about the password (RFC 7677, section 4);
// above, the server would have our processor: a million takes about a quarter of
// a second.
const (
	minIterations = 4096
	maxIterations = 1_000_000
)

// scram is SCRAM-SHA-256 (RFC 7677) or SCRAM-SHA-1 (RFC 5802), without channel
// binding. The server, too, has to prove that it knows the password.
type scram struct {
	hash     func() hash.Hash
	user     string
	password string
	nonce    string
	hide     func(...string)
	said     int    // messages so far
	expects  string // what the server has to sign with
	proved   bool
}

func newScram(name, user, password string, hide func(...string)) *scram {
	s := &scram{hash: sha256.New, user: user, password: password, nonce: rand.Text(), hide: hide}
	if name == "SCRAM-SHA-1" {
		s.hash = sha1.New
	}
	return s
}

const gs2 = "n,," // no channel binding, no other identity

func (s *scram) bare() string { return "n=" + escapeName(s.user) + ",r=" + s.nonce }

func (s *scram) first() []byte { return []byte(gs2 + s.bare()) }

func (s *scram) answer(challenge []byte) ([]byte, error) {
	s.said++
	switch s.said {
	case 1:
		return s.prove(string(challenge))
	case 2:
		return []byte{}, s.verify(string(challenge))
	}
	return nil, &fault{"proto", "asked again after SCRAM"}
}

// prove answers the server's first message with the proof that we know the
// password (RFC 5802, section 3).
func (s *scram) prove(challenge string) ([]byte, error) {
	nonce, salt, iterations, err := s.parse(challenge)
	if err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(s.hash, s.password, salt, iterations, s.hash().Size())
	if err != nil {
		return nil, &fault{"local", "deriving the key: " + err.Error()}
	}
	final := "c=" + base64.StdEncoding.EncodeToString([]byte(gs2)) + ",r=" + nonce
	conversation := s.bare() + "," + challenge + "," + final
	clientKey := s.sign(key, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	proof := s.sign(stored.Sum(nil), conversation)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	encoded := base64.StdEncoding.EncodeToString(proof)
	s.expects = base64.StdEncoding.EncodeToString(s.sign(s.sign(key, "Server Key"), conversation))
	// Either of them is enough to try passwords on, without asking anybody.
	s.hide(strings.TrimRight(encoded, "="), "v="+s.expects, strings.TrimRight(s.expects, "="))
	return []byte(final + ",p=" + encoded), nil
}

// parse reads the server's first message. An extension that we would have to
// know comes first in it, and is not known (section 5.1).
func (s *scram) parse(challenge string) (nonce string, salt []byte, iterations int, err error) {
	bad := func(why string) (string, []byte, int, error) {
		return "", nil, 0, &fault{"proto", "SCRAM: " + why}
	}
	parts := strings.Split(challenge, ",")
	if len(parts) < 3 || !strings.HasPrefix(parts[0], "r=") || !strings.HasPrefix(parts[1], "s=") || !strings.HasPrefix(parts[2], "i=") {
		return bad("not a first message of a server")
	}
	nonce = parts[0][2:]
	if !strings.HasPrefix(nonce, s.nonce) || len(nonce) == len(s.nonce) {
		return bad("the server does not answer to us, its nonce is another")
	}
	salt, err = base64.StdEncoding.DecodeString(parts[1][2:])
	if err != nil || len(salt) == 0 {
		return bad("no salt")
	}
	iterations, err = strconv.Atoi(parts[2][2:])
	if err != nil || iterations < minIterations || iterations > maxIterations {
		return bad("iterations are not within " + strconv.Itoa(minIterations) + " to " + strconv.Itoa(maxIterations))
	}
	return nonce, salt, iterations, nil
}

// verify reads the server's last message: its own proof, or why it refuses
// (RFC 5802, section 7).
func (s *scram) verify(challenge string) error {
	attribute, _, _ := strings.Cut(challenge, ",")
	if why, ok := strings.CutPrefix(attribute, "e="); ok {
		if why == "no-resources" {
			return &fault{"tempfail", why}
		}
		return &fault{"no", why}
	}
	proof, ok := strings.CutPrefix(attribute, "v=")
	if !ok {
		return &fault{"proto", "SCRAM: not a last message of a server"}
	}
	if !hmac.Equal([]byte(proof), []byte(s.expects)) {
		return &fault{"mismatch", "the server did not prove that it knows the password"}
	}
	s.proved = true
	return nil
}

func (s *scram) judge(err error) error {
	if err == nil && !s.proved {
		return &fault{"mismatch", "let in by a server that did not prove that it knows the password"}
	}
	return err
}

func (s *scram) sign(key []byte, text string) []byte {
	mac := hmac.New(s.hash, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
