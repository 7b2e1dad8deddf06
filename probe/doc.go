// Package probe is the domain of facts: it asks mail servers what their users
// would ask, judges the answers, and turns them into outages.
//
// A Check is one question on a schedule; a run of it is a Result. The Prober
// runs the checks and hands each Result to the Tracker, which keeps one state
// machine a check and opens, widens and ends an Outage a failure domain. What
// comes out (Changes) goes to the Store and to the Observer, in this order;
// the story that people read is told from there by package incidents, which
// this package does not know. They come with Segments, which say what is known
// of a component from a moment on and tile its time without gap or overlap.
//
// Before a failure gets to the Tracker, a jury looks whether we ourselves are
// at fault: it asks a Loopback within this process and, for targets outside,
// the anchors. The pulse looks once a second whether time passes as it should.
// A sentinel holds one idle session with a server of each component; that it is
// cut begins nothing, and says when something began.
//
// Rules that hold everywhere in this package:
//
//   - One context bounds a run, and its end closes the socket. Nothing else
//     bounds a network step: a library's own deadlines are not relied on.
//   - A run is never believed more than it deserves: what we could not ask is
//     Inconclusive and freezes the state machine.
//   - Runs never wait for the store or for an observer.
//   - Times that are compared or subtracted carry Go's monotonic reading, so a
//     clock that is set neither stretches nor ends an outage; wall time is for
//     people and for the store. What leaves the package (outages, blips, facts,
//     states, JSON) is UTC.
//   - A hostile server can neither hold a run beyond its context, nor exhaust
//     memory, nor put unprintable bytes or secrets into a Result.
//   - The Tracker and the state machine read no clock and start no goroutine:
//     time comes in with the facts, so years can be run in seconds.
//
// The line protocols are spoken here and not by a library's client, because a
// probe needs each phase on its own, with its time and its cause, and a client
// library hides them, loosens deadlines and reads without bounds.
package probe
