import Testing
import Values

struct EndpointTests {
    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("redis.example", "10.0.0.1", false),
        ("Redis.Example.", "redis.example", true), ("[::1]", "::1", true), ("::ffff:10.0.0.1", "10.0.0.1", true),
        ("::ffff:a:b", "a:b", false), ("fd00::1", "FD00:0:0::0001", true), ("::ffff:a00:1", "10.0.0.1", true),
        ("fd00::1", "fd00::2", false),
    ])
    func `hosts`(left: String, right: String, isAlike: Bool) {
        let (left, right) = (Endpoint(host: left, port: 1), Endpoint(host: right, port: 1))
        #expect(left.isSpelledLike(right) == isAlike)
        #expect(right.isSpelledLike(left) == isAlike)
        #expect(!left.isSpelledLike(Endpoint(host: left.host, port: 2)))
    }
}
