import FoundationEssentials

func readText(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

func writeText(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
}
