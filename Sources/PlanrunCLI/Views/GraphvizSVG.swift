import Operations
import Subprocess

/// A drawing as an SVG, laid out by the program `dot` of Graphviz.
struct GraphvizSVG {
    /// A Graphviz digraph.
    let dot: String

    /// - Throws: an error to show, if Graphviz is not installed or draws nothing.
    func text() async throws(Failure) -> String {
        do {
            let result = try await run(
                .name("dot"), arguments: ["-Tsvg"], input: .string(dot), output: .string(limit: 16 << 20),
                error: .string(limit: 64 << 10))
            guard result.terminationStatus.isSuccess else {
                throw Failure(sentence: "Graphviz could not draw the graph: \(result.standardError)")
            }
            return Self.styled(result.standardOutput)
        } catch let failure as Failure {
            throw failure
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw Failure(sentence: "the program 'dot' of Graphviz, which lays an SVG out, is not installed")
        } catch {
            throw Failure(sentence: "the program 'dot' of Graphviz could not be started: \(error)")
        }
    }

    /// Puts a style sheet into the drawing, so that it can be read on a light and on a dark page.
    private static func styled(_ svg: String) -> String {
        guard let root = svg.firstRange(of: "<svg"), let end = svg[root.lowerBound...].firstIndex(of: ">") else {
            return svg
        }
        let behind = svg.index(after: end)
        return svg[..<behind] + "\n<style>\n\(style)\n</style>" + svg[behind...]
    }

    /// Graphviz gives every shape its colours as attributes, which a style sheet overrides.
    private static let style = """
        svg { background: #ffffff }
        text { fill: #1f2328 }
        .node :is(path, polygon) { fill: #f6f8fa; stroke: #59636e }
        .gate :is(path, polygon) { fill: #fff8c5; stroke: #9a6700 }
        .point-of-no-return :is(path, polygon) { fill: #ffebe9; stroke: #cf222e }
        .edge path { stroke: #59636e }
        .edge polygon { fill: #59636e; stroke: #59636e }
        @media (prefers-color-scheme: dark) {
          svg { background: #0d1117 }
          text { fill: #f0f6fc }
          .node :is(path, polygon) { fill: #151b23; stroke: #9198a1 }
          .gate :is(path, polygon) { fill: #272115; stroke: #d29922 }
          .point-of-no-return :is(path, polygon) { fill: #301b1e; stroke: #f85149 }
          .edge path { stroke: #9198a1 }
          .edge polygon { fill: #9198a1; stroke: #9198a1 }
        }
        """

    struct Failure: Error {
        let sentence: String

        var notice: Notice {
            Notice(
                code: .verb(.drawingFailed), what: sentence, details: ["nothing was drawn"],
                help: [
                    "install it ('apt-get install graphviz'), or draw with '--format mermaid', which needs no program"
                ])
        }
    }
}
