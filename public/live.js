// Told of a change by the server, this fetches the page again and puts in
// place what is different. What is the same stays untouched, so that focus,
// scroll, selection and opened details stay where they are.
(() => {
const main = document.querySelector("main[data-live]")
if (!main || !window.EventSource) return
const all = (d, s) => [...d.querySelectorAll(s)]
const head = d => all(d, ".banner h1,.banner p:not(.note)").map(e => e.textContent).join(" ")
const said = document.createElement("p")
said.className = "skip"
said.setAttribute("role", "status")
document.body.append(said)
let url = main.dataset.live, stream, timer, wait

// Makes a like b, which comes from the new page.
const morph = (a, b) => {
if (a.isEqualNode(b)) return
if (a.nodeName != b.nodeName || a.nodeType != 1) return a.replaceWith(b)
for (const {name} of [...a.attributes]) if (name != "open" && !b.hasAttribute(name)) a.removeAttribute(name)
for (const {name, value} of b.attributes) a.setAttribute(name, value)
let at = a.firstChild
for (const n of [...b.childNodes]) {
const same = n.id ? [...a.children].find(e => e.id == n.id) : at
if (n.id ? !same : !at || at.id) a.insertBefore(n, at)
else {
while (at != same) { const gone = at; at = at.nextSibling; gone.remove() }
at = at.nextSibling
morph(same, n)
}
}
while (at) { const gone = at; at = at.nextSibling; gone.remove() }
}

// "4 min ago", where the style sheet has a place for it.
const ago = () => {
const f = new Intl.RelativeTimeFormat(document.documentElement.lang, {style: "short"})
for (const t of all(main, ".banner time,article time")) {
const m = Math.round((Date.parse(t.dateTime) - Date.now()) / 6e4)
if (m > -1440 && m < 0) t.dataset.ago = m > -60 ? f.format(m, "minute") : f.format(Math.round(m / 60), "hour")
else delete t.dataset.ago
}
}

const load = async () => {
try {
const r = await fetch(location.href, {cache: "no-cache"})
if (!r.ok) return
const d = new DOMParser().parseFromString(await r.text(), "text/html")
const was = head(document), is = d.querySelector("main")
delete is.dataset.live
all(main, "[data-ago]").forEach(t => delete t.dataset.ago)
delete main.dataset.live
morph(main, is)
document.title = d.title
all(document, "link[rel=icon]").forEach(l => l.href = d.querySelector("link[rel=icon]").href)
if (head(document) != was) said.textContent = head(document)
ago()
} catch {}
}

// Many are told at the same time; not all of them ask at once.
const soon = () => { clearTimeout(timer); timer = setTimeout(load, 1e3 * Math.random()) }

const start = () => {
stream = new EventSource(url)
url = url.split("?")[0]
stream.onopen = () => wait = 0
stream.onmessage = soon
stream.onerror = () => {
if (stream.readyState < 2) return
wait = Math.min(2 * wait || 15e3, 3e5)
timer = setTimeout(() => { load(); start() }, wait * (1 + Math.random()))
}
}
const turn = () => {
clearTimeout(timer)
stream && stream.close()
if (!document.hidden) start()
}
document.addEventListener("visibilitychange", turn)
setInterval(ago, 6e4)
ago()
turn()
})()
