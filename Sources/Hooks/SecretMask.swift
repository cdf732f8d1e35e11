/// Replaces secrets in what commands print.
struct SecretMask: Sendable {
    /// The longest first, so that no part of a secret is left where another is a part of it.
    private let secrets: [[UInt8]]
    /// The bytes of the longest secret.
    let longest: Int

    init(_ secrets: [String]) {
        // Output is looked at line by line, so a secret of several lines is looked for line by line.
        let lines = secrets.flatMap { $0.split(whereSeparator: \.isNewline) }.map { Array($0.utf8) }
        self.secrets = Set(lines).sorted { $0.count > $1.count }
        longest = self.secrets.first?.count ?? 0
    }

    func conceal(_ line: [UInt8]) -> [UInt8] {
        secrets.reduce(line) { $0.replacing($1, with: Array("***".utf8)) }
    }
}
