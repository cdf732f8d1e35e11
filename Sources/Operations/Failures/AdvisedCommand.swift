/// A command that planrun advises a person to type at a server, by the place that advises it.
///
/// All of them stand here, so that the tests can tell which one no live test types in the situation in which it is
/// printed. A command of planrun itself is a `NextCommand` and does not belong here.
package enum AdvisedCommand: CaseIterable, Sendable {
    // Checks of the preflight
    case oldCalls, functions, keyspaceEvents, eviction, expiry, stringLength
    case foreignFormat, diskless
    case fewReplicas
    case backlog, backupAge, failedSave, replicationTimeout, replicaBuffer
    case targetFollowsAnother, targetFollowsAgain
    case announcedPort, announcedAddress, hiddenTarget, announcedName, unresolvedName, hostNames, behindNAT
    case newUser, missingRights, missingUser, changedUser, savedUsers, writtenUsers
    case sentinelSettings, failoverTimeout, deadSentinel, deadReplica, targetPriority, otherCandidate, goneCandidate
    case unknownWatch, formerMember, secondName, watchedAlone, otherGroupAtSource, otherGroupAtTarget

    // What would keep the target from taking writes
    case wantedReplicas, failedTargetSave, pausedClients, writableReplica, clientLimit, memoryLimit, droppedKeys,
        keptSetting

    // Checks after the cutover
    case promotableSource, listedSource, unmonitoredTarget, idleFollower

    // Steps that fail
    case registeredAddress, registeredPort, syncedAddress, syncedPort, followsAnother, sourceNotNamed, forgottenSource,
        watchedSource
    case detachedCopy, adoptedCopy, emptiedCopy
    case nameInUse, stubbornCandidate, deadConnection

    // What a run leaves behind
    case leftSetting, leftSettingInFile, leftFile, leftFollowing, leftKeys, leftListing, leftUsers, leftMonitoring
    case leftReplica, leftTimeout, leftSource, leftFailover, leftOtherPrimary, leftPrimary

    /// What the command begins with, whatever the situation.
    package var words: String {
        switch self {
        case .oldCalls: "CONFIG RESETSTAT"
        case .functions: "FUNCTION DELETE"
        case .keyspaceEvents: "CONFIG SET notify-keyspace-events"
        case .eviction, .droppedKeys: "CONFIG SET maxmemory-policy"
        case .expiry, .leftSetting: "CONFIG SET"
        case .stringLength: "CONFIG SET proto-max-bulk-len"
        case .foreignFormat: "CONFIG SET rdb-version-check"
        case .diskless: "CONFIG SET repl-diskless-sync"
        case .fewReplicas, .wantedReplicas: "CONFIG SET min-replicas-to-write"
        case .backlog: "CONFIG SET repl-backlog-size"
        case .backupAge, .failedSave, .failedTargetSave: "BGSAVE"
        case .replicationTimeout: "CONFIG SET repl-timeout"
        case .replicaBuffer: "CONFIG SET client-output-buffer-limit"
        case .announcedPort, .registeredPort, .syncedPort: "CONFIG SET replica-announce-port"
        case .announcedAddress, .announcedName, .behindNAT, .registeredAddress, .syncedAddress:
            "CONFIG SET replica-announce-ip"
        case .hiddenTarget: "CONFIG SET replica-announced"
        case .unresolvedName, .hostNames: "SENTINEL CONFIG SET resolve-hostnames"
        case .newUser, .missingRights, .missingUser, .changedUser: "ACL SETUSER"
        case .savedUsers: "ACL SAVE"
        case .sentinelSettings, .failoverTimeout, .leftTimeout: "SENTINEL SET"
        case .deadSentinel, .deadReplica, .goneCandidate, .formerMember, .listedSource, .leftListing: "SENTINEL RESET"
        case .targetPriority, .otherCandidate, .promotableSource, .stubbornCandidate,
            .idleFollower:
            "CONFIG SET replica-priority"
        case .unknownWatch, .secondName, .watchedAlone, .otherGroupAtSource, .otherGroupAtTarget, .nameInUse,
            .forgottenSource, .leftMonitoring, .leftOtherPrimary:
            "SENTINEL REMOVE"
        case .watchedSource, .unmonitoredTarget, .leftPrimary: "SENTINEL MONITOR"
        case .sourceNotNamed, .leftFailover: "SENTINEL FAILOVER"
        case .pausedClients: "CLIENT UNPAUSE"
        case .deadConnection: "CLIENT KILL ADDR"
        case .writableReplica: "CONFIG SET replica-read-only"
        case .clientLimit: "CONFIG SET maxclients"
        case .memoryLimit: "CONFIG SET maxmemory"
        case .targetFollowsAnother, .targetFollowsAgain, .followsAnother, .detachedCopy, .adoptedCopy, .leftFollowing,
            .leftSource:
            "REPLICAOF NO ONE"
        case .emptiedCopy, .leftKeys: "FLUSHALL"
        case .leftUsers: "ACL DELUSER"
        case .leftReplica: "REPLICAOF"
        case .keptSetting, .writtenUsers, .leftSettingInFile, .leftFile: "CONFIG REWRITE"
        }
    }

    /// The command in a sentence.
    func line(_ arguments: String...) -> String { ([words] + arguments).joined(separator: " ") }
}
