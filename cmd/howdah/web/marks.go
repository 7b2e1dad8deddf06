package web

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"sync"
	"time"

	"howdah/incidents"
)

// What of the picture can change by itself.
const (
	partState       = iota // the headline, components, how long mail takes
	partIncidents          // threads, and what is expected of them
	partMaintenance        // planned downtime
	partChecks             // when components were last checked, to the minute
	partCount
)

var partNames = [partCount]string{"state", "incidents", "maintenance", "checks"}

// marks tell pictures apart, part by part: the same content has the same
// marks, also after a restart.
type marks [partCount]uint32

func (m marks) String() string {
	return fmt.Sprintf("%08x.%08x.%08x.%08x", m[0], m[1], m[2], m[3])
}

// parseMarks reads what String wrote. Anything else is the marks of no
// picture: ok is false.
func parseMarks(s string) (m marks, ok bool) {
	if len(s) != len(m.String()) {
		return marks{}, false
	}
	n, err := fmt.Sscanf(s, "%08x.%08x.%08x.%08x", &m[0], &m[1], &m[2], &m[3])
	if err != nil || n != partCount || m.String() != s {
		return marks{}, false
	}
	return m, true
}

// since are the names of the parts that are not as they were.
func (m marks) since(was marks) []string {
	var names []string
	for i, mark := range m {
		if mark != was[i] {
			names = append(names, partNames[i])
		}
	}
	return names
}

// marker makes the marks of each Snapshot once. A thread that did not change
// is the same value in the next Snapshot and is not looked at again.
type marker struct {
	mu      sync.Mutex
	snap    *incidents.Snapshot
	marks   marks
	threads map[*incidents.Incident]uint32
}

func (k *marker) of(s *incidents.Snapshot) marks {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.snap == s {
		return k.marks
	}
	var checked time.Time
	state := []any{s.Headline, s.Indicator, s.UnsavedSince, s.Spared, s.Mail}
	for _, v := range s.Components {
		state = append(state, v.Component, v.Status, v.Answering, v.NoData, v.Since)
		if v.CheckedAt.After(checked) {
			checked = v.CheckedAt
		}
	}
	threads := make(map[*incidents.Incident]uint32, len(s.Incidents))
	sums := make([]uint32, 0, len(s.Incidents))
	for _, in := range s.Incidents {
		sum, known := k.threads[in]
		if !known {
			sum = sumOf(in)
		}
		threads[in] = sum
		sums = append(sums, sum)
	}
	k.snap, k.threads = s, threads
	k.marks = marks{
		partState:       sumOf(state...),
		partIncidents:   sumOf(sums, s.Expected),
		partMaintenance: sumOf(s.Maintenances),
		partChecks:      sumOf(checked.Truncate(time.Minute)),
	}
	return k.marks
}

// sumOf is a sum of the values' content. What can't be written down counts by
// its fault, which is the same for the same.
func sumOf(values ...any) uint32 {
	h := fnv.New32a()
	for _, v := range values {
		if err := json.NewEncoder(h).Encode(v); err != nil {
			_, _ = io.Copy(h, strings.NewReader(err.Error())) // a sum takes all that is written to it
		}
	}
	return h.Sum32()
}
