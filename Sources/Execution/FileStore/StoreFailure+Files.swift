import SystemPackage

extension StoreFailure {
    static func cannotRead(_ path: String, _ error: Errno) -> StoreFailure {
        switch error {
        case .noSuchFileOrDirectory:
            StoreFailure(
                .missing, place: path, what: "there is no state file '\(path)': no run of this plan has begun here",
                help: ["start one with 'planrun apply'", "if the state is elsewhere, name it with '--state PATH'"])
        case .tooManySymbolicLinkLevels: notAFile(path)
        default:
            StoreFailure(
                .unreadable, place: path, what: "the state file '\(path)' cannot be read: \(error.sentence)",
                help: ["run planrun as the user who started the run, or give this user the right to read the file"])
        }
    }

    static func cannotWrite(_ path: String, _ error: Errno) -> StoreFailure {
        let help =
            switch error {
            case .noSpace: "free some space on this disk"
            case .readOnlyFileSystem: "keep the state on a disk that can be written, with '--state PATH'"
            case .noSuchFileOrDirectory: "create the folder, or name another place with '--state PATH'"
            default: "give this user the right to write in the folder, or name another place with '--state PATH'"
            }
        return StoreFailure(
            .notWritable, place: path, what: "the state file '\(path)' cannot be written: \(error.sentence)",
            help: [help, "nothing is done to a server without a record of it"])
    }

    static func notAFile(_ path: String) -> StoreFailure {
        let status = FileStatus(ofLink: path)
        let kind =
            if status?.isLink == true { "a symbolic link" } else if status?.isFolder == true { "a folder" } else {
                "not a plain file"
            }
        return StoreFailure(
            .notWritable, place: path, what: "the state file '\(path)' is \(kind)",
            help: ["name a plain file with '--state PATH'"])
    }

    static func worldWritable(_ path: String) -> StoreFailure {
        StoreFailure(
            .unsafePermissions, place: path,
            what:
                "the state file '\(path)' can be written by every user of this machine, and it decides what is undone",
            help: ["look whether it is as the run left it, then 'chmod 600 \(path)'"])
    }

    static func newer(_ path: String, _ format: Int) -> StoreFailure {
        StoreFailure(
            .newerFormat, place: path,
            what: "the state file '\(path)' has format \(format); this planrun reads up to \(RunState.newestFormat)",
            help: ["go on with the planrun that began the run, or a newer one"])
    }

    static func corrupted(_ path: String, _ place: String) -> StoreFailure {
        StoreFailure(
            .corrupted, place: path, what: "the state file '\(path)' is damaged: \(place)",
            help: [
                "put back a copy of it that is whole",
                "without one, see what was done with 'planrun plan', which reads only the servers, "
                    + "and move the file away before a new run",
            ])
    }
}

extension Errno {
    /// The error in words that can stand inside a sentence: lower case.
    var sentence: String {
        let text = description
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
