import ArgumentParser

/// What `--discard-writes` agrees to give up.
enum AgreedLoss: ExpressibleByArgument, Equatable {
    /// No more writes than that.
    case count(Int64)
    /// However many. Under applications that go on writing, a number that was true a moment ago is too small.
    case all

    static let allWord = "all"

    init?(argument: String) {
        if argument == Self.allWord {
            self = .all
        } else if let count = Int64(argument), count >= 0 {
            self = .count(count)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .count(let count): "\(count)"
        case .all: Self.allWord
        }
    }

    static var allValueStrings: [String] { [] }
}
