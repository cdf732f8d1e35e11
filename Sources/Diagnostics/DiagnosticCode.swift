/// Every code that a diagnostic can carry. Codes are fixed: scripts match them, documents link to them.
package enum DiagnosticCode: String, Sendable, Hashable, CaseIterable {
    // The file
    case fileNotFound = "file-not-found"
    case fileUnreadable = "file-unreadable"
    case fileTooLarge = "file-too-large"

    // The text
    case notUTF8 = "not-utf8"
    case controlCharacter = "control-character"
    case emptyFile = "empty-file"
    case yamlSyntax = "yaml-syntax"
    case tab = "tab"
    case severalDocuments = "several-documents"
    case duplicateKey = "duplicate-key"
    case keyNotText = "key-not-text"
    case yamlTag = "yaml-tag"
    case mergeKey = "merge-key"
    case unknownAnchor = "unknown-anchor"
    case recursiveAlias = "recursive-alias"
    case tooDeep = "too-deep"
    case tooManyNodes = "too-many-nodes"
    case tooManyAliases = "too-many-aliases"

    // Any mapping
    case missingKey = "missing-key"
    case unknownKey = "unknown-key"
    case wrongType = "wrong-type"
    case invalidValue = "invalid-value"
    case unknownValue = "unknown-value"
    case outOfRange = "out-of-range"
    case missingUnit = "missing-unit"
    case unsupportedVersion = "unsupported-version"
    case notSupportedYet = "not-supported-yet"

    // Instances and Sentinels
    case invalidAddress = "invalid-address"
    case duplicateAddress = "duplicate-address"
    case sameEndpoint = "same-endpoint"
    case literalSecret = "literal-secret"
    case invalidSecret = "invalid-secret"
    case usernameWithoutPassword = "username-without-password"
    case unverifiedTLS = "unverified-tls"
    case incompleteCertificate = "incomplete-certificate"

    // Steps
    case noSteps = "no-steps"
    case noStepKind = "no-step-kind"
    case severalStepKinds = "several-step-kinds"
    case unknownStepKind = "unknown-step-kind"
    case settingWrittenTwice = "setting-written-twice"
    case unknownCheck = "unknown-check"
    case duplicateStep = "duplicate-step"
    case unknownStep = "unknown-step"
    case selfNeed = "self-need"
    case duplicateNeed = "duplicate-need"
    case needsCycle = "needs-cycle"
    case repeatedStepKind = "repeated-step-kind"
    case wrongOrder = "wrong-order"
    case sentinelMissing = "sentinel-missing"
    case promoteUnderSentinel = "promote-under-sentinel"
}
