import NIOCore
import Testing
import Values

@testable import RESP

struct CommandTests {
    @Test func `a command is a list of strings on the wire`() {
        let commands: [Command] = [["SET", "k", "ä\r\n"], Command(arguments: [ByteBuffer(bytes: [0, 255])]), [""]]
        var expected = ByteBuffer(string: "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\nä\r\n\r\n*1\r\n$2\r\n")
        expected.writeBytes([0, 255])
        expected.writeString("\r\n*1\r\n$0\r\n\r\n")
        #expect(commands.encoded() == expected)
    }

    @Test func `what is encoded parses`() throws {
        var parser = RESPParser()
        parser.feed([["CONFIG", "GET", "save"] as Command].encoded())
        #expect(try parser.next()?.array?.compactMap(\.string) == ["CONFIG", "GET", "save"])
    }

    @Test(arguments: [
        ("PING", "PING"),
        ("INFO replication", "INFO replication"),
        ("REPLICAOF 10.0.0.1 6379", "REPLICAOF 10.0.0.1 6379"),
        ("CLIENT PAUSE 2000 WRITE", "CLIENT PAUSE 2000 WRITE"),
        ("CONFIG GET requirepass", "CONFIG GET requirepass"),
        ("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 1"),
        ("config set replica_priority 0", "config set replica_priority 0"),
        ("SENTINEL FAILOVER mymaster", "SENTINEL FAILOVER mymaster"),
        ("SENTINEL SET mymaster down-after-milliseconds 5000", "SENTINEL SET mymaster down-after-milliseconds 5000"),
        ("SUBSCRIBE +switch-master +sdown", "SUBSCRIBE +switch-master +sdown"),
        ("PUBLISH __sentinel__:hello s3cret", "PUBLISH __sentinel__:hello …"),
        ("ACL SETUSER planrun on >s3cret ~*", "ACL SETUSER planrun …"),
        ("AUTH s3cret", "AUTH …"),
        ("auth admin s3cret", "auth …"),
        ("HELLO 3 AUTH admin s3cret SETNAME x", "HELLO 3 …"),
        ("CONFIG SET requirepass s3cret", "CONFIG SET requirepass …"),
        ("CONFIG SET MasterAuth s3cret", "CONFIG SET MasterAuth …"),
        ("CONFIG SET tls-key-file-pass s3cret", "CONFIG SET tls-key-file-pass …"),
        ("CONFIG SET maxmemory 1gb masterauth s3cret timeout 0", "CONFIG SET maxmemory 1gb masterauth … timeout 0"),
        ("CONFIG SET masterauth", "CONFIG SET masterauth"),
        ("SENTINEL SET mymaster auth-user u auth-pass s3cret", "SENTINEL SET mymaster auth-user … auth-pass …"),
        ("SENTINEL CONFIG SET sentinel-pass s3cret", "SENTINEL CONFIG SET sentinel-pass …"),
        ("SENTINEL CONFIG SET resolve-hostnames yes", "SENTINEL CONFIG SET resolve-hostnames yes"),
        ("MIGRATE h 1 k 0 1 AUTH s3cret", "MIGRATE …"),
        ("SET session:s3cret value", "SET …"),
        ("GET session:s3cret", "GET …"),
        ("RESTORE k 0 s3cret", "RESTORE …"),
        ("EVAL s3cret 0", "EVAL …"),
        ("UNHEARD-OF s3cret", "UNHEARD-OF …"),
    ])
    func `a description shows what is harmless and nothing else`(line: String, shown: String) {
        let command = Command(line.split(separator: " ").map(String.init))
        #expect(command.description == shown)
        #expect(!"\(command)\(String(reflecting: command))".contains("s3cret"))
        var dumped = ""
        dump(command, to: &dumped)
        #expect(!dumped.contains("s3cret"))
    }

    @Test func `a description moves no cursor and has an end`() {
        #expect(Command(["CLIENT", "SETNAME", "a\u{1B}[2Jb\r\nc"]).description == "CLIENT SETNAME a\\u{1b}[2Jb\\r\\nc")
        #expect(Command(["CLIENT", "KILL", String(repeating: "x", count: 500)]).description.count < 130)
        #expect(Command([]).description.isEmpty)
    }
}

struct PrintableTests {
    @Test(arguments: [
        ("plain text, ä 漢 🚀 \\n", "plain text, ä 漢 🚀 \\n"),
        ("\u{1B}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
        ("a\tb\r\nc\u{0}", "a\\tb\\r\\nc\\u{0}"),
        ("\u{7F}\u{9B}31m", "\\u{7f}\\u{9b}31m"),
        ("abc\u{202E}fed\u{2066}x\u{200B}", "abc\\u{202e}fed\\u{2066}x\\u{200b}"),
    ])
    func `what could move a cursor or turn a line around is escaped`(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    @Test func `a cut shows`() {
        #expect("abcdef".printable(limit: 6) == "abcdef")
        #expect("abcdef".printable(limit: 5) == "abcde…")
    }

    @Test func `replies say in few words what they are`() {
        #expect(RESPValue.error(RESPError(message: "ERR \u{7}no")).summary == "the error 'ERR \\u{7}no'")
        #expect(RESPValue.bulkString(ByteBuffer(string: "x\n")).summary == "'x\\n'")
        #expect(RESPValue.integer(3).summary == "the integer 3")
        #expect(RESPValue.array([.null]).summary == "a list of 1")
        #expect(RESPValue.null.summary == "nothing")
    }

    @Test func `a secret shows itself to nobody`() {
        let settings = ConnectionSettings(
            address: Endpoint(host: "::1", port: 1), username: "u", password: Secret("s3cret"))
        var dumped = "\(settings)\(String(reflecting: settings))"
        dump(settings, to: &dumped)
        #expect(!dumped.contains("s3cret"))
        #expect(settings.password?.reveal() == "s3cret")
        #expect(settings.address.description == "[::1]:1")
    }
}
