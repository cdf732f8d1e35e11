import Diagnostics
import PlanModel
import Values

struct SwappedSecretsRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "swapped-secrets", .warning, "a server is given what is called the password of another",
        reason: """
            A password that is sent to the wrong server is known there, and the login fails in the middle of the \
            night. Names such as SOURCE_PASSWORD under 'target' are how it usually begins.
            """,
        remedy: "exchange them, or give the variable or file a name that fits")

    /// Words in the names of variables and files that belong to one server of a plan.
    private static let words: [String: Set<String>] = [
        "source": ["source", "src", "old"], "target": ["target", "dst", "dest", "new"], "sentinel": ["sentinel"],
    ]

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.accesses.compactMap { server in
            guard let password = server.access.password else { return nil }
            let (own, others) = names(of: server.key, review.plan)
            let written = password.words
            guard written.isDisjoint(with: own),
                let other = others.first(where: { !written.isDisjoint(with: $0.words) })
            else {
                return nil
            }
            return RuleFinding(
                "'\(server.key)' takes a password that is called one of '\(other.key)'",
                at: review.place(server.key, "password"))
        }
    }

    /// The words that fit a server of the plan, and those that fit one of the others. The engine's name is one of them, if
    /// only one of the two servers has that engine.
    private static func names(of key: String, _ plan: Plan) -> (
        own: Set<String>, others: [(key: String, words: Set<String>)]
    ) {
        let differ = plan.source.engine != plan.target.engine
        let engines = ["source": plan.source.engine.rawValue, "target": plan.target.engine.rawValue]
        func fitting(_ key: String) -> Set<String> {
            words[key, default: []].union(differ ? [engines[key]].compactMap(\.self) : [])
        }
        return (fitting(key), words.keys.sorted().filter { $0 != key }.map { ($0, fitting($0)) })
    }
}

extension SecretReference {
    /// The words of the variable's name, or of the file's, in lower case.
    fileprivate var words: Set<String> {
        let name =
            switch self {
            case .environment(let name): name[...]
            case .file(let path): path.split(separator: "/").last ?? ""
            }
        return Set(name.lowercased().split { !$0.isLetter }.map(String.init))
    }
}
