import Execution
import Operations
import PlanGraph

extension RunReport {
    /// One file that needs no other, no script and no network; readable in light and dark, on a telephone and on paper.
    var html: String {
        let title = HTML.text("\(plan): \(verdict.sentence)")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <main>
            \([head, timeLine, plotList, stepList, leftoverList, wayBack, earlierRuns, recordedPlan].filter { !$0.isEmpty }.joined(separator: "\n"))
            </main>
            <footer>\(HTML.text("planrun \(planrun), run \(run), recorded in \(path)"))</footer>
            </body>
            </html>

            """
    }

    private var head: String {
        let times = "begun \(begun), last change \(lastChange), \(begun.duration(to: lastChange).short) in all"
        let parts = parts.map { HTML.element("dt", HTML.text($0.role)) + HTML.element("dd", HTML.text($0.what)) }
        return HTML.element(
            "header",
            HTML.element("p", ["class": "name"], HTML.text(plan))
                + HTML.element(
                    "h1", ["class": verdict.isGood ? "good" : verdict.status.isBad ? "bad" : "open"],
                    HTML.text(verdict.sentence))
                + (description.map { HTML.element("p", HTML.text($0)) } ?? "")
                + (parts.isEmpty ? "" : HTML.element("dl", parts.joined()))
                + HTML.element("p", ["class": "times"], HTML.text(times)))
    }

    // MARK: The time line

    private var timeLine: String {
        let begun = steps.compactMap(\.begun)
        guard let first = begun.min(), let last = (steps.compactMap(\.ended) + begun).max() else { return "" }
        let whole = max(first.duration(to: last), .milliseconds(1))
        let rows = steps.compactMap { step -> String? in
            guard let begin = step.begun else { return nil }
            let end = step.ended ?? last
            let left = first.duration(to: begin) / whole * 100
            let width = begin.duration(to: end) / whole * 100
            let took = step.ended == nil ? "not ended" : begin.duration(to: end).short
            let tries = step.attempts > 1 ? ", \(step.attempts) attempts" : ""
            let bar = HTML.element(
                "span",
                [
                    "class": "bar \(step.standing.rawValue)",
                    "style": "left:\(Self.percent(left));width:\(Self.percent(min(width, 100 - left)))",
                ], "")
            return HTML.element(
                "li",
                HTML.element(
                    "span", ["class": "label"],
                    HTML.element("a", ["href": "#step-\(step.id)"], HTML.text("\(step.id)")))
                    + HTML.element("span", ["class": "took"], HTML.text("\(step.standing.words), \(took)\(tries)"))
                    + HTML.element("span", ["class": "track"], bar))
        }
        return section(
            "Time line",
            HTML.element("p", ["class": "scale"], HTML.text("\(first)") + " – " + HTML.text("\(last)"))
                + HTML.element("ol", ["class": "line"], rows.joined(separator: "\n")))
    }

    private static func percent(_ value: Double) -> String { "\((min(max(value, 0), 100) * 100).rounded() / 100)%" }

    private var plotList: String {
        guard !plots.isEmpty else { return "" }
        return section(
            "Plots",
            HTML.element(
                "div", ["class": "plots"],
                plots.map(\.figure).joined(separator: "\n")))
    }

    // MARK: Steps and checks

    private var stepList: String {
        let idle = steps.filter { $0.standing == .notBegun }
        let begun = steps.filter { $0.standing != .notBegun }
        return section("Steps", (begun.map { entry($0) } + [notBegun(idle)]).joined(separator: "\n"))
    }

    /// Of those there is nothing to say but their names.
    private func notBegun(_ steps: [Entry]) -> String {
        guard !steps.isEmpty else { return "" }
        let mark = HTML.element(
            "span", ["class": "mark \(Standing.notBegun.rawValue)"], HTML.text(Standing.notBegun.words))
        let names = steps.map { HTML.element("strong", HTML.text("\($0.id)")) }.joined(separator: ", ")
        return HTML.element("article", HTML.element("h3", mark + " " + names))
    }

    private func entry(_ step: Entry) -> String {
        let kind = step.kind == "\(step.id)" ? "" : step.kind ?? ""
        let title =
            HTML.element("span", ["class": "mark \(step.standing.rawValue)"], HTML.text(step.standing.words))
            + " " + HTML.element("strong", HTML.text("\(step.id)"))
            + (kind.isEmpty ? "" : " " + HTML.element("span", ["class": "kind"], HTML.text(kind)))
        return HTML.element(
            "article", ["id": "step-\(step.id)"], HTML.element("h3", title) + body(step) + checks(of: step))
    }

    private func body(_ entry: Entry) -> String {
        var parts: [String] = []
        if let said = entry.said { parts.append(HTML.element("p", HTML.text(said))) }
        if let failure = entry.failure { parts.append(self.failure(failure)) }
        if !entry.help.isEmpty { parts.append(HTML.list(entry.help)) }
        let facts = FactLines.lines(entry.facts)
        if !facts.isEmpty {
            parts.append(HTML.element("p", ["class": "facts"], HTML.text(facts.joined(separator: " · "))))
        }
        if let back = entry.back {
            let measured = FactLines.lines(back.facts)
            parts.append(HTML.element("p", HTML.text("taken back: \(back.said)")))
            if !measured.isEmpty {
                parts.append(HTML.element("p", ["class": "facts"], HTML.text(measured.joined(separator: " · "))))
            }
        }
        if let times = times(entry) { parts.append(HTML.element("p", ["class": "times"], HTML.text(times))) }
        return parts.joined()
    }

    private func failure(_ failure: StepFailure) -> String {
        var sentence = failure.sentence
        if let wanted = failure.wanted { sentence += "; wanted: \(wanted)" }
        return HTML.element(
            "p", ["class": "said"], HTML.text(sentence) + " " + HTML.element("code", HTML.text("\(failure.code)")))
            + HTML.list(failure.place) + HTML.list(failure.world) + HTML.list(failure.help)
    }

    private func times(_ entry: Entry) -> String? {
        guard let begun = entry.begun else { return nil }
        let end = entry.ended.map { ", took \(begun.duration(to: $0).short)" } ?? ""
        return "begun \(begun)\(end)" + (entry.attempts > 1 ? ", \(entry.attempts) attempts" : "")
    }

    /// What needs a reader is open; what went well is folded.
    private func checks(of step: Entry) -> String {
        let isQuiet = { (check: Entry) in [.succeeded, .undone, .notBegun].contains(check.standing) }
        let loud = step.checks.filter { !isQuiet($0) }
        let quiet = step.checks.filter(isQuiet)
        let rows = { (checks: [Entry]) in
            HTML.element(
                "ul", ["class": "checks"],
                checks.map { check in
                    HTML.element(
                        "li",
                        HTML.element(
                            "span", ["class": "mark \(check.standing.rawValue)"], HTML.text(check.standing.words))
                            + " " + HTML.element("strong", HTML.text(check.id.check ?? "\(check.id)"))
                            + self.body(check))
                }.joined(separator: "\n"))
        }
        return (loud.isEmpty ? "" : rows(loud))
            + (quiet.isEmpty
                ? ""
                : HTML.element(
                    "details",
                    HTML.element(
                        "summary",
                        HTML.text((loud.isEmpty ? "" : "the other ") + quiet.count.counted("check", "checks")))
                        + rows(quiet)))
    }

    // MARK: What is left

    private var leftoverList: String {
        guard !leftovers.isEmpty else { return "" }
        return section(
            "Left on the servers",
            leftovers.map { left in
                HTML.element("p", HTML.element("strong", HTML.text(left.place)) + " " + HTML.text(left.what))
                    + (left.commands.isEmpty
                        ? "" : HTML.element("pre", HTML.text(left.commands.joined(separator: "\n"))))
            }.joined())
    }

    private var wayBack: String {
        let commands = back.commands.map { command in
            HTML.element("li", HTML.element("code", HTML.text(command.line)) + " " + HTML.text(command.meaning))
        }
        return section(
            "The way back",
            HTML.element("p", HTML.text(back.sentence))
                + (commands.isEmpty ? "" : HTML.element("ul", commands.joined())))
    }

    private var earlierRuns: String {
        guard !earlier.isEmpty else { return "" }
        return section(
            "Earlier runs",
            HTML.list(earlier.map(\.line)))
    }

    private var recordedPlan: String {
        section(
            "The plan",
            HTML.element(
                "details",
                HTML.element("summary", "as it was carried out") + HTML.element("pre", HTML.text(planText)))
                + planChanges.map { change in
                    HTML.element("p", HTML.text("changed after \(change.after):"))
                        + HTML.element("pre", HTML.text(change.difference))
                }.joined())
    }

    private func section(_ title: String, _ content: String) -> String {
        HTML.element("section", HTML.element("h2", HTML.text(title)) + "\n" + content)
    }

    private static let style = """
        :root { color-scheme: light dark; --text: #1f2328; --page: #ffffff; --soft: #59636e; --line: #d1d9e0;
          --box: #f6f8fa; --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --idle: #59636e }
        @media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --page: #0d1117; --soft: #9198a1;
          --line: #3d444d; --box: #151b23; --good: #3fb950; --warn: #d29922; --bad: #f85149; --idle: #9198a1 } }
        * { box-sizing: border-box }
        body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
          overflow-wrap: anywhere }
        main, footer { max-width: 60rem; margin: 0 auto; padding: 1rem }
        h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem }
        h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line) }
        h3 { font-size: 1rem; font-weight: normal; margin: 0 }
        p, ul, ol, dl { margin: .25rem 0 } ul { padding-left: 1.25rem }
        .name, .times, .facts, .kind, .scale, .took, footer { color: var(--soft) } .name { margin: 0 }
        .times, .facts, .took, footer { font-size: .875rem }
        h1.good { color: var(--good) } h1.bad { color: var(--bad) } h1.open { color: var(--warn) }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dt { color: var(--soft) }
        dd { margin: 0 }
        a { color: inherit; text-decoration-color: var(--line) }
        pre { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .75rem;
          white-space: pre-wrap; font: 13px/1.45 ui-monospace, monospace }
        code { font: .875em ui-monospace, monospace; background: var(--box); border-radius: 4px; padding: 0 .25em }
        article { border-top: 1px solid var(--line); padding: .5rem 0 } article:first-of-type { border: 0 }
        .checks { list-style: none; padding-left: .75rem; border-left: 2px solid var(--line) }
        .mark { font-size: .8125rem; border: 1px solid; border-radius: 1em; padding: 0 .5em; white-space: nowrap }
        .succeeded { color: var(--good) } .warned, .waiting, .running { color: var(--warn) }
        .failed, .unknown, .not-undone { color: var(--bad) } .not-begun, .undone { color: var(--idle) }
        .line { list-style: none; padding: 0 }
        .line li { display: grid; grid-template-columns: 1fr auto; column-gap: 1rem; margin: .35rem 0 }
        .track { grid-column: 1 / -1; position: relative; height: .5rem; border-radius: 3px; background: var(--box);
          border: 1px solid var(--line); overflow: hidden }
        .bar { position: absolute; top: 0; bottom: 0; min-width: 3px; background: currentColor;
          print-color-adjust: exact; -webkit-print-color-adjust: exact }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.5rem }
        .plot { margin: 0; display: grid; align-content: start; grid-template-columns: max-content 1fr; gap: .25rem .5rem; font-size: .8125rem;
          line-height: 1.3; break-inside: avoid; min-width: 0 }
        .plot figcaption { grid-column: 1 / -1; font-size: .875rem; margin-bottom: .5rem } .plot strong { display: block }
        .plot svg { width: 100%; height: 8rem; display: block; overflow: visible }
        .up, .along { display: flex; justify-content: space-between; color: var(--soft) }
        .up { flex-direction: column; text-align: right; margin: -.6em 0 } .along { grid-column: 2 }
        .grid { stroke: var(--line) } .course { fill: none; stroke: var(--text); stroke-width: 1.5; stroke-linejoin: round;
          stroke-linecap: round } .area { fill: var(--soft); opacity: .35 } .bar-of-writes { fill: var(--soft) }
        .gap { stroke: var(--bad); fill: none }
        .grid, .course, .gap { vector-effect: non-scaling-stroke }
        @media print { :root { color-scheme: light; --text: #000; --page: #fff; --soft: #444; --line: #bbb; --box: #f6f6f6;
          --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --idle: #444 }
          details::details-content { content-visibility: visible; block-size: auto }
          article, .line li, pre { break-inside: avoid } h2 { break-after: avoid } }
        """
}

extension RunState.Status {
    /// Whether something went wrong that is not put right.
    fileprivate var isBad: Bool {
        switch self {
        case .failed, .rollbackIncomplete: true
        case .running, .succeeded, .stopped, .rollingBack, .rolledBack, .abandoned: false
        }
    }
}
