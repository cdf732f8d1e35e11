import FoundationEssentials

enum JSONPlace {
    static func description(of error: any Error, in bytes: [UInt8]) -> String {
        "\(error)"
    }
}
