import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Values

/// Sends each event to a web server by POST.
///
/// Certificates are verified, with what the system trusts. A redirect is not followed: it would hand the event and its
/// headers to a server that nobody has reviewed. Of an answer only the status counts; its body is not read, whatever the
/// server sends.
struct WebhookChannel: Channel {
    private let request: WebhookRequest
    private let timeout: Duration
    private let client: HTTPClient

    init(_ request: WebhookRequest, timeout: Duration) {
        self.request = request
        self.timeout = timeout
        let limit = TimeAmount(timeout)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: HTTPClient.Configuration.Timeout(connect: limit, read: limit))
        // Whoever delivers tries again, and then says why it has failed.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func deliver(_ message: Message) async throws(DeliveryProblem) {
        let request = try request.to(message)
        let status: HTTPResponseStatus
        do {
            status = try await client.execute(request, timeout: TimeAmount(timeout)).status
        } catch {
            throw DeliveryProblem(error, within: timeout)
        }
        switch status.code {
        case 200..<300: return
        case 300..<400:
            throw DeliveryProblem(
                words: "it answers with a redirect (status \(status.code)), which is not followed", canPass: false)
        case 408, 425, 429, 500...: throw DeliveryProblem(words: "it answers with status \(status.code)", canPass: true)
        default: throw DeliveryProblem(words: "it answers with status \(status.code)", canPass: false)
        }
    }

    func close() async {
        // What it fails to close ends with the process.
        try? await client.shutdown()
    }
}
