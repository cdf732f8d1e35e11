import Dispatch
import Glibc

/// Reports each file that appears in a folder, at the moment when it does.
package final class FolderWatch: Sendable {
    package enum Event: Sendable, Equatable {
        /// The file was made, and is probably still being written.
        case created(String)
        /// The file got this name by renaming, and perhaps replaced another.
        case moved(String)
    }

    package let events: AsyncStream<Event>
    private let descriptor: Int32
    private let watched: Int32

    package init(_ folder: String) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        watched = inotify_add_watch(descriptor, folder, UInt32(IN_CREATE | IN_MOVED_TO))
        precondition(watched >= 0, "cannot watch \(folder)")
        let (events, found) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        let descriptor = descriptor
        // This thread waits in the kernel. One that polled the folder would miss files that are soon replaced.
        DispatchQueue(label: "folder-watch").async {
            while let batch = Self.read(descriptor) {
                for event in batch { found.yield(event) }
            }
            found.finish()
            Glibc.close(descriptor)
        }
    }

    /// Ends the events.
    package func close() { inotify_rm_watch(descriptor, watched) }

    /// - Returns: `nil` once nothing is watched any more.
    private static func read(_ descriptor: Int32) -> [Event]? {
        var events: [Event] = []
        let size = 4096
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: MemoryLayout<inotify_event>.alignment) {
            buffer -> [Event]? in
            guard let start = buffer.baseAddress else { return nil }
            let count = Glibc.read(descriptor, start, size)
            var offset = 0
            while offset < count {
                let event = (start + offset).load(as: inotify_event.self)
                if event.mask & UInt32(IN_IGNORED) != 0 { return nil }
                let name = start + offset + MemoryLayout<inotify_event>.size
                if event.len > 0 {
                    let name = String(cString: name.assumingMemoryBound(to: CChar.self))
                    events.append(event.mask & UInt32(IN_CREATE) != 0 ? .created(name) : .moved(name))
                }
                offset += MemoryLayout<inotify_event>.size + Int(event.len)
            }
            return count > 0 ? events : nil
        }
    }
}
