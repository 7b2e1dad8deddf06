// Package incidents is the domain of the story: what readers are told, from
// facts and from the staff's words.
//
// The Desk is the only writer. It is handed facts (ObserveOutage,
// ObserveComponents, ObserveCanaries), the passing of time (Tick), staff posts
// (Post) and what else staff do (EditUpdate, Merge, Announce and others), keeps
// the threads and planned maintenance, and publishes an immutable Snapshot
// after each change; pages, feeds and JSON are made from that Snapshot and from
// nothing else. The narrator finds the words.
//
// Rules that hold everywhere in this package:
//
//   - No sentence is published that no fact supports. Public text names no
//     host, signal, process or "crash".
//   - The Desk is idempotent by outage ID: told the same fact twice, it says
//     nothing new. After a crash it is told all recent facts again.
//   - No end of an outage is ever lost. A thread that goes on gets another
//     outage; the earlier ones stay as they were told. A time that is known
//     better, or that staff put right, is a dated correction.
//   - Nothing that was published changes without a trace: an update keeps its
//     earlier texts (Edit), a thread its earlier titles and the like (Change).
//   - What the machine says is shown at once and stored as soon as the store
//     takes it; what staff say is stored before it is shown.
//   - Values that left the Desk are never written to again.
//   - Times are UTC inside; words carry the site's zone by name.
//
// Standard library only: no HTTP, no SQL.
package incidents
