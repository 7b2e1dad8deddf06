package probe

import (
	"fmt"
	"time"
)

// settle says of each message under way whether it is overdue or lost. Time in
// which the mailbox could not be looked at does not count against a message:
// that is another failure, and mail waits elsewhere meanwhile.
func (t *trip) settle(now time.Time) {
	for _, f := range t.flying {
		if now.Sub(f.SubmittedAt) > giveUp {
			f.Lost, f.Overdue, f.DoneAt = true, true, now
			continue
		}
		if f.Overdue || f.AcceptedAt.IsZero() {
			continue
		}
		for _, p := range t.missing(f) {
			if p.since.IsZero() || now.Sub(later(f.AcceptedAt, p.since)) < t.plan.Overdue {
				continue
			}
			excuse := now
			if p.since.After(f.AcceptedAt) {
				excuse = p.since
			}
			f.miss(t.plan.way(), excuse)
			t.publish(f)
			break
		}
	}
	t.land(func(f *flight) bool { return f.Lost })
}

// missing are the places at which the message was not seen.
func (t *trip) missing(f *flight) []*place {
	var list []*place
	if t.plan.IMAP != (Target{}) && f.SeenIMAP.IsZero() {
		list = append(list, &t.imap)
	}
	if t.plan.POP3 != (Target{}) && f.SeenPOP3.IsZero() {
		list = append(list, &t.pop3)
	}
	return list
}

// verdict is why the way does not work, nil when it does. A message that is
// overdue is a failure until one that was sent later has come through: then
// the way works again, and what is missing is slow, or lost.
func (t *trip) verdict(now time.Time) error {
	if t.sending != nil {
		return t.sending
	}
	var oldest *flight
	for _, f := range t.flying {
		if f.Overdue && !t.proven.After(f.excuse) {
			return &stepError{Reason(f.missed + ".overdue"), Fail,
				fmt.Sprintf("%s was accepted at %s and is not there", f.describe(), f.AcceptedAt.UTC().Format(time.RFC3339))}
		}
		if oldest == nil {
			oldest = f
		}
	}
	if t.altered != "" {
		return &stepError{"deliver.mismatch", Fail, "test message " + t.altered + " did not arrive as it was sent"}
	}
	if t.blind != nil && (!t.looked || Reason(reasonOf(t.blind)).Rejected()) {
		return blinded(t.blind)
	}
	if oldest != nil && now.Sub(later(oldest.AcceptedAt, oldest.SubmittedAt)) > t.patience() {
		return &stepError{"", Slow, fmt.Sprintf("%s has not come through yet, with %d more", oldest.describe(), len(t.flying)-1)}
	}
	return nil
}

// blinded is a failed look as a verdict: nothing is known of the way. That the
// mailbox does not answer is for its own checks to tell.
func blinded(err error) error {
	if ended, ok := err.(*stepError); ok && !ended.reason.Rejected() {
		return &stepError{ended.reason, Inconclusive, ended.detail}
	}
	return err
}

func reasonOf(err error) Reason {
	if ended, ok := err.(*stepError); ok {
		return ended.reason
	}
	return ""
}
