import NIOCore
import NIOHTTP1
import NIOPosix
package import Values

/// Answers `GET /metrics` over HTTP/1.1, for as long as it is open.
package struct MetricsServer: Sendable {
    private let channel: any Channel

    /// Where it listens; the port is the real one where 0 was asked for.
    package let endpoint: Endpoint

    /// - Parameter text: the metrics at the moment of a request.
    /// - Throws: the error of the system if nobody can listen there.
    package static func open(
        at endpoint: Endpoint, text: @escaping @Sendable (MetricsFormat) -> String
    ) async throws -> MetricsServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                    try pipeline.addHandler(MetricsHandler(text: text))
                }
            }
            .bind(host: endpoint.host, port: endpoint.port).get()
        return MetricsServer(
            channel: channel,
            endpoint: Endpoint(host: endpoint.host, port: channel.localAddress?.port ?? endpoint.port))
    }

    package func close() async { try? await channel.close() }
}

/// Answers the requests of one connection, one after the other.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let text: @Sendable (MetricsFormat) -> String
    private var request: HTTPRequestHead?

    init(text: @escaping @Sendable (MetricsFormat) -> String) { self.text = text }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nobody holds a connection open without asking anything.
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let isOpenMetrics = request.headers["accept"].contains { $0.contains("application/openmetrics-text") }
        let path = request.uri.prefix { $0 != "?" }
        let (status, body): (HTTPResponseStatus, String) =
            switch (request.method, path) {
            case (.GET, "/metrics"), (.HEAD, "/metrics"): (.ok, text(isOpenMetrics ? .openMetrics : .prometheus))
            case (_, "/metrics"): (.methodNotAllowed, "ask with GET\n")
            default: (.notFound, "the metrics are at /metrics\n")
            }
        let type =
            status != .ok
            ? "text/plain; charset=utf-8"
            : isOpenMetrics
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8"
        var headers: HTTPHeaders = ["content-type": type, "content-length": "\(body.utf8.count)"]
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !request.isKeepAlive { end.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }
}
