import Escaping
import FoundationEssentials

extension StepGraph {
    /// The nodes in the order of the plan, with what they need and the wave they run in. Ends with a line feed.
    package var json: String {
        var wave: [NodeID: Int] = [:]
        for (number, nodes) in waves.enumerated() {
            for node in nodes { wave[node.id] = number }
        }
        let document = Document(
            nodes: nodes.map { node in
                Document.Node(
                    id: drawn("\(node.id)"), step: drawn(node.step), kind: node.kind, title: node.title,
                    role: node.role.rawValue, needs: node.needs.map { drawn("\($0)") }, wave: wave[node.id] ?? 0)
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(document) else {
            preconditionFailure("strings and numbers can always be written as JSON")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self)) + "\n"
    }

    private struct Document: Encodable {
        struct Node: Encodable {
            let id, step, kind, title, role: String
            let needs: [String]
            let wave: Int
        }

        let nodes: [Node]
    }
}
