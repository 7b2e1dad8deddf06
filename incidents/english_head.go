package incidents

import "fmt"

func (english) HeadAllWell() string { return "All systems operational" }
func (english) HeadNoData() string  { return "No current data" }

func (e english) HeadNoDataFor(names []string) string {
	return fmt.Sprintf("No current data for %s; the rest is operational", e.list(names))
}

func (e english) HeadDown(names []string, since Since) string {
	return fmt.Sprintf("%s %s not worked%s", e.list(names), has(names), e.head(since))
}

func (e english) HeadPartly(names []string, since Since) string {
	return fmt.Sprintf("%s %s worked only in part%s", e.list(names), has(names), e.head(since))
}

func (e english) HeadSlow(names []string) string {
	return fmt.Sprintf("%s %s slow", e.list(names), is(names))
}

func (e english) HeadMaintenance(names []string) string {
	return fmt.Sprintf("%s %s under maintenance", e.list(names), is(names))
}

func (e english) HeadAnswering(names []string) string {
	return fmt.Sprintf("%s %s answering again; being watched", e.list(names), is(names))
}

func (e english) HeadWatched(since When) string {
	return fmt.Sprintf("Working again since %s; being watched", e.minute(since))
}

func (e english) HeadNotice(title string) string {
	return "No failure seen now; open notice: " + title
}

func (e english) head(s Since) string {
	switch {
	case s.Best.IsZero():
		return " lately"
	case s.Apart:
		return ", the first " + e.since(s.When)
	}
	return " " + e.since(s.When)
}
