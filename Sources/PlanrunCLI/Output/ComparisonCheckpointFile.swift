import Diagnostics
import Execution
import FoundationEssentials
import Operations
import PlanModel
import Synchronization
import SystemPackage

/// The file of `compare --checkpoint`: where the comparison is, so that the same command goes on there after it was
/// stopped or killed. It is written again every few seconds, and removed once everything is compared.
final class ComparisonCheckpointFile: Sendable {
    private struct Content: Codable {
        static let kind = "planrun-comparison"
        static let format = 1

        var kind = Self.kind
        var format = Self.format
        /// The addresses of the two servers.
        var source: String
        var target: String
        /// The bytes of the file of differences that belong to what was compared; `nil` where none is written.
        var differences: Int64?
        /// What the comparison itself needs to go on.
        var mark: StateValue
    }

    private struct State {
        var isThere = false
        var failure: StepFailure?
    }

    /// In bytes. The differences that a report names are in the file, with keys of any length.
    private static let limit = 256 << 20

    static let anew = "remove the file of '--checkpoint' to compare from the beginning"

    let path: String
    /// Where an earlier comparison was; `nil` if this is the first.
    let mark: StateValue?
    /// The bytes that the earlier comparison had written to its file of differences.
    let differences: Int64?
    private let servers: (source: String, target: String)
    private let state: Mutex<State>

    /// Reads the file if there is one.
    /// - Throws: `StepFailure` with the code `comparison-not-resumable`; the file stays as it is.
    init(_ path: String, _ plan: Plan, writesDifferences: Bool) throws(StepFailure) {
        self.path = path
        servers = ("\(plan.source.endpoint)", "\(plan.target.endpoint)")
        let earlier = try Self.read(path)
        if let earlier, (earlier.source, earlier.target) != servers {
            throw .notResumable(path, "is of a comparison of \(earlier.source) with \(earlier.target)")
        }
        if let earlier, writesDifferences, earlier.differences == nil {
            throw .notResumable(path, "is of a comparison that wrote no file of differences")
        }
        (mark, differences) = (earlier?.mark, earlier?.differences)
        state = Mutex(State(isThere: earlier != nil))
    }

    private static func read(_ path: String) throws(StepFailure) -> Content? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text: String
        do {
            text = try SourceFile.load(path: path, limit: limit).text
        } catch {
            throw .notResumable(path, "cannot be read: \(error.message)")
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(text.utf8)),
            content.kind == Content.kind, content.format == Content.format
        else { throw .notResumable(path, "is no checkpoint that this planrun has written, or a part of one") }
        return content
    }

    /// Whether another command can go on from the file.
    var isThere: Bool { state.withLock { $0.isThere } }

    /// Writes where the comparison is. A failure is told by `check`, since a comparison does not wait for a disk.
    func keep(_ mark: StateValue, _ differences: DifferencesFile?) {
        do throws(StepFailure) {
            let content = Content(
                source: servers.source, target: servers.target, differences: try differences?.save(), mark: mark)
            do throws(Errno) {
                try WholeFile(path: path).write(Array((JSONText.line(of: content) + "\n").utf8))
            } catch {
                throw .fileNotWritten(path, error, option: "--checkpoint")
            }
            state.withLock { $0.isThere = true }
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// - Throws: `StepFailure` where the file could not be written.
    func check() throws(StepFailure) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

extension StepFailure {
    fileprivate static func notResumable(_ path: String, _ why: String) -> StepFailure {
        StepFailure(
            code: .verb(.comparisonNotResumable), what: "'\(path)' \(why)", world: ["nothing was compared"],
            help: [ComparisonCheckpointFile.anew + ", or name another file"])
    }
}

extension CommandContext {
    /// - Throws: `ExitStatus.invalid` after printing why the comparison cannot go on from the file.
    func openCheckpoint(
        _ path: String, _ plan: Plan, writesDifferences: Bool
    ) throws(ExitStatus) -> ComparisonCheckpointFile {
        do throws(StepFailure) {
            return try ComparisonCheckpointFile(path, plan, writesDifferences: writesDifferences)
        } catch {
            tell(Notice(code: error.code, what: error.what, help: error.help))
            throw .invalid
        }
    }
}
