// Package web is everything that Howdah says over HTTP: the public pages, the
// feeds and the JSON.
//
// What is served is made from a Board's Snapshot and from nothing else: no
// request reaches a database or the mail server, so the page outlives both.
// Rendering follows change, not visits. All that belongs to one Snapshot is an
// edition; a page of it is made once, compressed, and sent from memory until
// the next edition. Run makes the pages that people look at before they ask;
// the others are made when they are first asked for. Either way a request sees
// the Snapshot that was newest when it arrived.
//
// Rules that hold everywhere in this package:
//
//   - GET and HEAD only, no cookies, nothing of a request is kept.
//   - Only names that exist (an incident, a component) make an entry in memory;
//     what visitors invent does not.
//   - Every link begins with the site's path, and requests are answered with
//     and without it, so that proxies may strip it or leave it.
//   - The stream of changes is the only answer that lasts. Readers of it are
//     bounded in number, each write to them in time, and nothing waits for one
//     but the newest picture.
//   - Every answer carries the security headers, faults included.
//   - echo.Context does not leave this package.
package web
