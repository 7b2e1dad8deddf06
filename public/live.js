// Told of a change by the server, this fetches the page again and puts in
// place what is different. What is the same is not touched, so that focus,
// scroll, selection and opened details stay as they are.
(() => {
	const doc = document, main = doc.querySelector("main[data-live]")
	if (!main || !window.EventSource) return
	const all = (from, what) => [...from.querySelectorAll(what)]
	const headline = from => all(from, ".banner h1,.banner p:not(.note)").map(e => e.textContent).join(" ")
	const said = doc.createElement("p")
	said.className = "skip"
	said.setAttribute("role", "status")
	doc.body.append(said)
	let url = main.dataset.live, stream, timer, wait

	// What a part of the page is known by when others come before it.
	const key = n => n.id || n.nodeType == 1 && (n.getAttribute("aria-labelledby") || n.querySelector("a")?.getAttribute("href")) || ""

	// Makes a like b, which is of the new page.
	const morph = (a, b) => {
		if (a.isEqualNode(b)) return
		if (a.nodeName != b.nodeName || a.nodeType != 1) return a.replaceWith(b)
		for (const {name} of [...a.attributes]) if (name != "open" && !b.hasAttribute(name)) a.removeAttribute(name)
		for (const {name, value} of b.attributes) a.setAttribute(name, value)
		let at = a.firstChild
		const drop = end => { while (at != end) { const gone = at; at = at.nextSibling; gone.remove() } }
		for (const n of [...b.childNodes]) {
			const k = key(n)
			let same = at
			while (k && same && key(same) != k) same = same.nextSibling
			if (!same || key(same) != k) a.insertBefore(n, at)
			else {
				drop(same)
				at = same.nextSibling
				morph(same, n)
			}
		}
		drop(null)
	}

	// "4 min ago"; where it is shown is up to the style sheet.
	const ago = () => {
		const words = new Intl.RelativeTimeFormat(doc.documentElement.lang, {style: "short"})
		for (const t of all(main, ".banner time,article time")) {
			const m = Math.round((Date.parse(t.dateTime) - Date.now()) / 6e4)
			if (m < 0 && m > -60) t.dataset.ago = words.format(m, "minute")
			else delete t.dataset.ago
		}
	}

	const load = async () => {
		try {
			const r = await fetch(location.href, {cache: "no-cache"})
			if (!r.ok) return
			const page = new DOMParser().parseFromString(await r.text(), "text/html"), was = headline(doc), icon = "link[rel=icon]"
			morph(main, page.querySelector("main"))
			doc.title = page.title
			doc.querySelector(icon).href = page.querySelector(icon).href
			if (headline(doc) != was) said.textContent = headline(doc)
			ago()
		} catch {}
	}

	const start = () => {
		stream = new EventSource(url)
		url = url.split("?")[0]
		stream.onopen = () => wait = 0
		// Many are told at once; let not all of them ask at once.
		stream.onmessage = () => { clearTimeout(timer); timer = setTimeout(load, 1e3 * Math.random()) }
		stream.onerror = () => {
			if (stream.readyState < 2) return
			wait = Math.min(2 * wait || 15e3, 3e5)
			timer = setTimeout(() => { load(); start() }, wait * (1 + Math.random()))
		}
	}
	doc.onvisibilitychange = () => {
		clearTimeout(timer)
		if (stream) stream.close()
		if (!doc.hidden) start()
	}
	doc.onvisibilitychange()
	setInterval(ago, 6e4)
	ago()
})()
