import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PlanModel

/// The request by which a webhook is told. Its address and its headers are read for each request: a token may have been
/// renewed meanwhile.
struct WebhookRequest: Sendable {
    private let webhook: Webhook
    private let secrets: SecretReader

    init(_ webhook: Webhook, _ secrets: SecretReader) {
        self.webhook = webhook
        self.secrets = secrets
    }

    func to(_ message: Message) throws(DeliveryProblem) -> HTTPClientRequest {
        let target = try target()
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        request.headers = target.headers
        request.body = .bytes(ByteBuffer(string: message.event))
        return request
    }

    /// - Throws: if a secret cannot be read, or is none that a request can hold.
    func target() throws(DeliveryProblem) -> (url: String, headers: HTTPHeaders) {
        let url = try secrets.read(webhook.url)
        if let problem = WebhookAddress.problem(url) {
            throw DeliveryProblem(words: "its 'url' \(problem)", canPass: false)
        }
        var headers: HTTPHeaders = ["Content-Type": "application/json", "User-Agent": "planrun"]
        for (name, value) in webhook.headers.sorted(by: { $0.key < $1.key }) {
            let value = try secrets.read(value)
            guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else {
                throw DeliveryProblem(
                    words: "the value of header '\(name)' has characters that a header cannot have", canPass: false)
            }
            headers.replaceOrAdd(name: name, value: value)
        }
        return (url, headers)
    }
}
