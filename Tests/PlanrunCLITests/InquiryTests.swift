import Execution
import Operations
import Synchronization
import Testing

@testable import PlanrunCLI

/// Asking a person: what counts as a yes, and to which state of the servers the yes applies.
struct InquiryTests {
    /// What a person types, one line for each read.
    private final class Person: Sendable {
        private let typed: Mutex<[CommandContext.Answer]>
        private let discarded = Mutex(0)
        let paper = Paper()

        init(_ typed: [CommandContext.Answer]) { self.typed = Mutex(typed) }

        var discards: Int { discarded.withLock { $0 } }

        func inquiry(isDraining: @escaping @Sendable () -> Bool = { false }) -> Inquiry {
            Inquiry(
                input: .init(
                    next: { self.typed.withLock { $0.isEmpty ? .ended : $0.removeFirst() } },
                    discard: { self.discarded.withLock { $0 += 1 } }),
                ask: { self.paper.print($0 + "\n") }, isDraining: isDraining,
                now: { Timestamp(millisecondsSince1970: 0) })
        }
    }

    private let calm = [ApprovalFact("source", "the source is a primary"), ApprovalFact("lag", "3 bytes", state: "0")]

    private func ask(
        _ yes: Inquiry.Yes, _ typed: CommandContext.Answer..., worlds: [[ApprovalFact]] = []
    ) async throws -> (answer: Inquiry.Answer, said: String) {
        let person = Person(typed)
        let worlds = Mutex(worlds)
        let answer = try await person.inquiry().answer(to: "Cut over?", yes, introduction: ["before:"]) {
            worlds.withLock { $0.isEmpty ? self.calm : $0.removeFirst() }
        }
        return (answer, person.paper.text)
    }

    private static let question = """
        before:
        00:00:00Z now:
          the source is a primary
          3 bytes
        Cut over?
        type 'cutover' to go on, or 'no': 

        """

    @Test(arguments: ["cutover", " CutOver ", "cutover\r"])
    func `before the point of no return a whole word is a yes`(word: String) async throws {
        let (answer, said) = try await ask(.word("cutover"), .line(word))
        #expect(answer == .yes("'cutover' at the terminal"))
        #expect(said == Self.question)
    }

    @Test(arguments: [
        ("y", "that was not 'cutover': nothing was done"), ("yes", "that was not 'cutover': nothing was done"),
        ("cut over", "that was not 'cutover': nothing was done"), ("", "nothing was typed"),
        ("  ", "nothing was typed"),
    ])
    func `another word, or none, is asked about again`(word: String, why: String) async throws {
        let (answer, said) = try await ask(.word("cutover"), .line(word), .line("no"))
        #expect(answer == .no)
        #expect(said == Self.question + "\(why)\nCut over?\ntype 'cutover' to go on, or 'no': \n")
    }

    @Test(arguments: ["no", " N "]) func `a no counts, however the world has changed meanwhile`(word: String)
        async throws
    {
        let other = [ApprovalFact("target", "the target does not answer")]
        let (answer, said) = try await ask(.word("cutover"), .line(word), worlds: [calm, other])
        #expect(answer == .no)
        #expect(said == Self.question)
    }

    @Test func `Ctrl-D is a no`() async throws {
        #expect(try await ask(.word("cutover"), .ended).answer == .no)
        #expect(try await ask(.letter, .ended).answer == .no)
    }

    @Test(arguments: [("y", true), ("Yes", true), ("n", false), ("", false), ("cutover", false)])
    func `elsewhere a letter is enough`(word: String, isYes: Bool) async throws {
        let answer = try await ask(.letter, .line(word)).answer
        #expect((answer != .no) == isYes)
    }

    @Test func `an answer to a world that has changed meanwhile does not count`() async throws {
        let dead = [ApprovalFact("source", "the source does not answer"), ApprovalFact("lag", "9 bytes", state: "0")]
        let (answer, said) = try await ask(
            .word("cutover"), .line("cutover"), .line("cutover"), worlds: [calm, dead, dead])
        #expect(answer == .yes("'cutover' at the terminal"))
        #expect(
            said == Self.question
                + "00:00:00Z changed: the source does not answer\nCut over?\ntype 'cutover' to go on, or 'no': \n")
    }

    @Test func `what is gone is told as well, and what only moves is not`() async throws {
        let tilt = calm + [ApprovalFact("tilt", "a Sentinel is in TILT")]
        let moved = [calm[0], ApprovalFact("lag", "77 bytes", state: "0")]
        let (_, said) = try await ask(.letter, .line("y"), .line("y"), worlds: [tilt, moved, moved])
        #expect(said.contains("changed: not any more: a Sentinel is in TILT"))
        #expect(!said.contains("77"))
    }

    @Test func `where nothing is to be asked any more the reason is thrown`() async throws {
        let person = Person([.notYet, .line("cutover")])
        let isOver = Mutex(false)
        let failure = await #expect(throws: StepFailure.self) {
            try await person.inquiry().answer(to: "Cut over?", .word("cutover")) {
                let wasOver = isOver.withLock { over in
                    defer { over = true }
                    return over
                }
                if wasOver { throw StepFailure(code: .operation(.anotherRun), what: "another planrun runs") }
                return calm
            }
        }
        #expect(failure?.code == .operation(.anotherRun))
    }

    @Test func `Ctrl-C ends the question`() async throws {
        let person = Person([])
        await #expect(throws: CancellationError.self) {
            try await person.inquiry(isDraining: { true }).answer(to: "Cut over?", .letter) { calm }
        }
    }
}
