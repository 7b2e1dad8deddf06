package incidents

import (
	"fmt"
	"time"
)

func (german) MailWaits() string {
	return "E-Mails an Sie sollten auf den absendenden Servern warten; diese versuchen die Zustellung normalerweise erneut. Bitte rechnen Sie mit Verzögerungen."
}

func (g german) MailAccepted(checked When) string {
	return fmt.Sprintf("E-Mails an Sie werden weiterhin angenommen (geprüft %s).", g.atMinute(checked))
}

func (g german) MailStored(checked When) string {
	return fmt.Sprintf("E-Mails an Sie werden weiterhin angenommen und gespeichert (geprüft %s).", g.atMinute(checked))
}

func (german) MailAtRisk() string {
	return "Ob E-Mails, die in dieser Zeit eintreffen, erhalten bleiben, ist noch nicht bekannt."
}

func (german) MailDelayed(soon bool) string {
	if soon {
		return "Verzögerte E-Mails sollten innerhalb einer Stunde eintreffen, wenn die absendenden Server die Zustellung erneut versuchen."
	}
	return "Bis verzögerte E-Mails eintreffen, können noch Stunden vergehen."
}

func (g german) MailSoFar(arrived, sent int) string {
	if sent == 1 {
		return "Die während des Ausfalls gesendete Testnachricht ist noch nicht angekommen; wir melden uns, sobald sie da ist."
	}
	what := fmt.Sprintf("%d während des Ausfalls gesendeten Testnachrichten", sent)
	switch arrived {
	case 0:
		what = "ist keine der " + what
	case 1:
		what = "ist eine der " + what
	default:
		what = fmt.Sprintf("sind %d der %s", arrived, what)
	}
	return "Bisher " + what + " angekommen; wir melden uns, sobald alle da sind."
}

func (g german) MailArrived(n int, slowest time.Duration, meanwhile bool) string {
	when := "während des Ausfalls"
	if meanwhile {
		when = "während der Ausfälle"
	}
	const lost = "von verlorenen E-Mails ist uns nichts bekannt."
	switch n {
	case 1:
		return fmt.Sprintf("Die %s gesendete Testnachricht ist nach %s angekommen; %s", when, g.minutes(slowest), lost)
	case 2:
		return fmt.Sprintf("Beide %s gesendeten Testnachrichten sind angekommen, die langsamere nach %s; %s", when, g.minutes(slowest), lost)
	}
	return fmt.Sprintf("Alle %d %s gesendeten Testnachrichten sind angekommen, die langsamste nach %s; %s", n, when, g.minutes(slowest), lost)
}

// minutes is a span after "nach", in minutes alone up to two hours.
func (g german) minutes(d time.Duration) string {
	if m := int(d.Round(time.Minute) / time.Minute); m >= 2 && m <= 120 {
		return fmt.Sprintf("%d Minuten", m)
	}
	return g.span(d, "Tagen")
}
