package test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Twenty healthy minutes under load make no incident, no blip that is told and
// no growth of memory beyond reason.
func TestSoakHealthyUnderLoad(t *testing.T) {
	long(t)
	in := start(t, "")
	in.healthy()
	end := time.Now().Add(20 * time.Minute)
	var work sync.WaitGroup
	var mails, pages atomic.Int64
	for range 2 {
		work.Go(func() {
			c := in.imap()
			for time.Now().Before(end) {
				if err := appendMessage(c, message(int(mails.Add(1)))); err != nil {
					t.Error(err)
					return
				}
				if _, err := c.Select("INBOX", nil).Wait(); err != nil {
					t.Error(err)
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	for range 4 {
		work.Go(func() {
			for time.Now().Before(end) {
				resp, err := http.Get(in.url + "/")
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if resp.StatusCode != 200 {
					t.Errorf("front page: %s", resp.Status)
					return
				}
				pages.Add(1)
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	work.Wait()
	if all := in.incidents(); len(all) != 0 {
		t.Errorf("%d incidents: %+v", len(all), all)
	}
	fmt.Printf("%d messages, %d pages, parent %d KiB, child %d KiB\n", mails.Load(), pages.Load(),
		resident(t, in.cmd.Process.Pid), resident(t, in.child()))
}
