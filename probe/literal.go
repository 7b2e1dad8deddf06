package probe

import (
	"errors"
	"strconv"
	"strings"
)

// response reads one response of IMAP or ManageSieve, over the literals in it
// (RFC 9051, 4.3; RFC 5804, 4), whose bytes are dropped.
func (c *conn) response() (string, error) {
	line, _, err := c.responseKeeping(0)
	return line, err
}

// responseKeeping is response with the literals in it that have at most limit
// bytes, in their order; the longer ones are dropped. In the text, "{42}" stands
// for a literal, kept or not.
func (c *conn) responseKeeping(limit int) (text string, literals [][]byte, err error) {
	var whole strings.Builder
	for {
		line, err := c.receive()
		if err != nil {
			return "", nil, err
		}
		whole.WriteString(line)
		n, ok := literal(line)
		if !ok {
			return whole.String(), literals, nil
		}
		if n > limit {
			if err := c.in.skip(n); err != nil {
				return "", nil, err
			}
			continue
		}
		kept, err := c.in.take(n)
		if err != nil {
			return "", nil, err
		}
		literals = append(literals, kept)
	}
}

// literal reports the size of the literal that line announces at its end.
func literal(line string) (int, bool) {
	if !strings.HasSuffix(line, "}") {
		return 0, false
	}
	digits := line[strings.LastIndexByte(line, '{')+1 : len(line)-1]
	n, err := strconv.ParseUint(digits, 10, 31)
	if errors.Is(err, strconv.ErrRange) {
		return maxRead + 1, true
	}
	return int(n), err == nil
}
