import ArgumentParser
import Testing

@testable import PlanrunCLI

extension Console.Printed {
    /// Whatever is offered to be typed is a command line that planrun takes: its verb, its options and their values.
    func expectToOfferRealCommands() {
        let mark = "= help: planrun "
        for line in (output + messages).split(separator: "\n") {
            guard let start = line.firstRange(of: mark) else { continue }
            // What the command does stands behind it, after some blanks.
            let rest = line[start.upperBound...]
            let command = rest[..<(rest.firstRange(of: "   ")?.lowerBound ?? rest.endIndex)]
            do {
                _ = try PlanrunCommand.parseAsRoot(Self.words(command))
            } catch {
                #expect(PlanrunCommand.exitCode(for: error).isSuccess, "planrun \(command): \(error)")
            }
        }
    }

    /// The words of a line, as a shell takes them apart; what stands between quotation marks is one.
    private static func words(_ line: Substring) -> [String] {
        line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { number, part in
            number.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
        }
    }
}
