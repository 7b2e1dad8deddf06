package app

import (
	"time"

	"howdah/probe"
)

// pushLook is how often it is looked whether a job has been silent for too
// long. A report that says something new is looked at once.
const pushLook = 30 * time.Second

// await gives the checks that wait for reports to the box that takes them, and
// says what it has to wait for.
func (w *watchlist) await(box *probe.Push) []probe.Pushed {
	var list []probe.Pushed
	for i := range w.checks {
		k := &w.checks[i]
		if k.Target.Scheme != "push" {
			continue
		}
		list = append(list, probe.Pushed{Check: k.Key, Name: k.Target.Host, Every: k.Every, Token: k.Password})
		k.Asker, k.Password = box, nil
		k.Every, k.Timeout = min(k.Every, pushLook), time.Second
	}
	return list
}
