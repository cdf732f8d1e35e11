package import RESP
package import Rehearsal

extension Lab {
    /// A new session with the primary, found as an application finds it; the caller closes it.
    package func primarySession() async throws -> any CommandSession {
        let locator = PrimaryLocator(self)
        let address = await locator.locate()
        await locator.close()
        guard let primary = instances.first(where: { self.address(of: $0) == address }) else {
            let who = description.sentinels == nil ? "neither source nor target says that it is" : "no Sentinel names"
            throw RehearsalError(code: .noPrimary, sentence: "\(who) the primary")
        }
        return session(primary)
    }
}
