package incidents

import (
	"fmt"
	"time"
)

func (english) MailWaits() string {
	return "Mail for you should wait at the sending servers, which normally try again; expect delays."
}

func (e english) MailAccepted(checked When) string {
	return fmt.Sprintf("Mail for you is still accepted (checked %s).", e.minute(checked))
}

func (e english) MailStored(checked When) string {
	return fmt.Sprintf("Mail for you is still accepted and stored (checked %s).", e.minute(checked))
}

func (english) MailAtRisk() string {
	return "Whether mail that arrives meanwhile is kept is not yet known."
}

func (english) MailDelayed(soon bool) string {
	if soon {
		return "Delayed mail should arrive within the hour, when the sending servers try again."
	}
	return "Delayed mail may take hours to arrive."
}

func (english) MailSoFar(arrived, sent int) string {
	if sent == 1 {
		return "The test message sent during the outage has not arrived yet; we will post when it has."
	}
	count, verb := fmt.Sprint(arrived), "have"
	switch arrived {
	case 0:
		count, verb = "none", "has"
	case 1:
		verb = "has"
	}
	return fmt.Sprintf("So far %s of %d test messages sent during the outage %s arrived; we will post when all have.", count, sent, verb)
}

func (e english) MailArrived(n int, slowest time.Duration, meanwhile bool) string {
	when := "during the outage"
	if meanwhile {
		when = "meanwhile"
	}
	switch n {
	case 1:
		return fmt.Sprintf("The test message sent %s has arrived, after %s; we know of no lost mail.", when, e.minutes(slowest))
	case 2:
		return fmt.Sprintf("Both test messages sent %s have arrived, the slower one after %s; we know of no lost mail.", when, e.minutes(slowest))
	}
	return fmt.Sprintf("All %d test messages sent %s have arrived, the slowest after %s; we know of no lost mail.", n, when, e.minutes(slowest))
}

// minutes is a span in minutes alone, up to two hours.
func (e english) minutes(d time.Duration) string {
	if m := int(d.Round(time.Minute) / time.Minute); m >= 2 && m <= 120 {
		return fmt.Sprintf("%d minutes", m)
	}
	return e.Span(d)
}
