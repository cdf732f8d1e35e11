import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization
package import Values

/// A web server that treats whoever sends to it as badly as it is told, over plain sockets, and keeps what it got.
package final class WebReceiver: Sendable {
    /// What it does with one request, once that has come whole.
    package enum Manner: Sendable, Equatable {
        /// Sends this and keeps the connection open.
        case say(String)
        /// Sends this and closes the connection.
        case sayAndClose(String)
        /// Never answers.
        case silent
        case close
        /// Answers with success and a body that never ends.
        case endless
        /// Answers with headers that never end.
        case endlessHead

        package static let ok = say("HTTP/1.1 204 No Content\r\n\r\n")

        /// An answer with a status and no body.
        package static func status(_ code: Int) -> Manner {
            say("HTTP/1.1 \(code) Whatever\r\nContent-Length: 0\r\n\r\n")
        }
    }

    /// One request: its first line and headers, and its body.
    package struct Request: Sendable, Equatable {
        package let head: [String]
        package let body: String
    }

    private let channel: any Channel
    private let book: Book
    package let address: Endpoint

    private let scheme: String

    private init(_ channel: any Channel, _ book: Book, _ scheme: String) {
        self.channel = channel
        self.book = book
        self.scheme = scheme
        address = Endpoint(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    private static func open(_ manners: [Manner], _ tls: NIOSSLContext?) async throws -> WebReceiver {
        let book = Book(manners)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(book))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return WebReceiver(channel, book, tls == nil ? "http" : "https")
    }

    /// Lets a test use a receiver, and closes it afterwards.
    /// - Parameters:
    ///   - manners: one for each request in turn; the last one for all that follow.
    ///   - tls: the server's certificate; `nil` for one without TLS.
    package static func with<Result: Sendable>(
        _ manners: [Manner], tls: NIOSSLContext? = nil, _ body: (WebReceiver) async throws -> Result
    ) async throws -> Result {
        let receiver = try await open(manners, tls)
        do {
            let result = try await body(receiver)
            await receiver.close()
            return result
        } catch {
            await receiver.close()
            throw error
        }
    }

    package var url: String { "\(scheme)://\(address)/hook" }
    package var requests: [Request] { book.requests }

    package func close() async { try? await channel.close() }
}

/// What came, and what is still to be done. Requests come on several connections.
private final class Book: Sendable {
    private let content: Mutex<(requests: [WebReceiver.Request], manners: [WebReceiver.Manner])>

    init(_ manners: [WebReceiver.Manner]) { content = Mutex(([], manners)) }

    var requests: [WebReceiver.Request] { content.withLock { $0.requests } }

    func receive(_ request: WebReceiver.Request) -> WebReceiver.Manner {
        content.withLock { content in
            content.requests.append(request)
            return content.manners.count > 1 ? content.manners.removeFirst() : content.manners.first ?? .silent
        }
    }
}

/// Puts the bytes of one connection together to requests.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let book: Book
    private var text = ""

    init(_ book: Book) { self.book = book }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        while let request = next() { act(book.receive(request), context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func next() -> WebReceiver.Request? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        let length = head.compactMap { $0.lowercased().split(separator: "content-length: ").last.flatMap { Int($0) } }
        let rest = text[end.upperBound...]
        guard let length = length.first, rest.utf8.count >= length else { return nil }
        let body = String(decoding: rest.utf8.prefix(length), as: UTF8.self)
        text = String(decoding: rest.utf8.dropFirst(length), as: UTF8.self)
        return WebReceiver.Request(head: head, body: body)
    }

    private func act(_ manner: WebReceiver.Manner, _ context: ChannelHandlerContext) {
        switch manner {
        case .say(let answer): send(answer, context)
        case .sayAndClose(let answer):
            send(answer, context)
            context.close(promise: nil)
        case .silent: break
        case .close: context.close(promise: nil)
        case .endless:
            send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", context)
            pour("1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n", context)
        case .endlessHead:
            send("HTTP/1.1 200 OK\r\n", context)
            pour(String(repeating: "X-More: and more\r\n", count: 0x100), context)
        }
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    /// Sends a piece, and again once that has gone.
    private func pour(_ piece: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: piece))).assumeIsolated()
            .whenSuccess { self.pour(piece, context) }
    }
}
