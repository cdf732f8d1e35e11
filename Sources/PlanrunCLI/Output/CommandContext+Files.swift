import Execution
import SystemPackage

extension CommandContext {
    /// Writes a file that a person has asked for, whole or not at all.
    /// - Throws: `ExitStatus.failure` after saying why it could not be written.
    func write(_ text: String, to path: String) throws(ExitStatus) {
        do throws(Errno) {
            try WholeFile(path: path).write(Array(text.utf8))
        } catch {
            tell(
                Notice(
                    code: .verb(.fileNotWritten), what: "'\(path)' could not be written: \(error)",
                    help: ["name a file in a folder that exists and can be written"]))
            throw .failure
        }
    }
}
