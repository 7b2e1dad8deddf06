package incidents

import (
	"fmt"
	"time"
)

func (e english) ExpectedBy(at When, late time.Duration) string {
	if late > 0 {
		return fmt.Sprintf("Expected by %s, overdue by %s", e.minute(at), e.Span(late))
	}
	return "Expected by " + e.minute(at)
}

func (e english) StaffExpect(at When) string {
	return fmt.Sprintf("We expect it to work again by %s.", e.minute(at))
}

func (english) StaffResolve() string { return "We consider this resolved." }
func (english) StaffReopen() string  { return "This is open again." }

func (english) Merged(title string) string {
	return "What was told under \u201c" + title + "\u201d is told here from now on."
}

func (english) Split(title string) string {
	return "This was told under \u201c" + title + "\u201d before, and has a thread of its own now."
}

func (english) SplitOff(title string) string {
	return "One of the outages is told under \u201c" + title + "\u201d from now on."
}

func (e english) Planned(what []Part, start, end When) string {
	return fmt.Sprintf("%s may not work %s, because of planned maintenance.", e.list(e.names(what)), e.fromTo(start, end))
}

func (e english) Begun(what []Part, end When) string {
	return fmt.Sprintf("The maintenance has begun. %s may not work until %s.", e.list(e.names(what)), e.Clock(end))
}

func (english) Over() string { return "The work is over. We are checking that all works." }

func (e english) OverWorking(what []Part, checked When) string {
	return fmt.Sprintf("The maintenance is over. %s (checked %s).", e.subject(what, "works", "work"), e.minute(checked))
}

func (e english) OverBroken(what []Part) string {
	return fmt.Sprintf("The time planned for the maintenance is over. %s not work yet; updates continue in an incident of its own.", e.subject(what, "does", "do"))
}

func (e english) Moved(start, end, wasStart, wasEnd When) string {
	return fmt.Sprintf("This maintenance was moved: it is now planned %s, no longer %s.", e.fromTo(start, end), e.fromTo(wasStart, wasEnd))
}

func (e english) Extended(what []Part, end, was When) string {
	return fmt.Sprintf("The maintenance is now planned to end at %s, not %s. %s may not work until then.", e.Clock(end), e.Clock(was), e.list(e.names(what)))
}

func (english) OverUnknown() string  { return "The maintenance is over." }
func (english) CanceledPlan() string { return "This maintenance will not take place." }

func (e english) Edited(at When) string { return "This text was changed at " + e.Clock(at) + "." }

func (e english) Withdrawn(at When) string {
	return "What had been expected was withdrawn at " + e.Clock(at) + "."
}

func (english) ThreadsFeed() string { return "incidents" }
func (english) UpdatesFeed() string { return "updates" }
