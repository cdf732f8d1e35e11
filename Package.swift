// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The dependency lists below are the architecture. With `--explicit-target-dependency-import-check error` an import of a
/// module that a list does not reach, directly or through others, fails the build.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "planrun",
    products: [
        .executable(name: "planrun", targets: ["planrun"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        library("Escaping"),
        library("Values", ["Escaping"]),
        library("Diagnostics", ["Escaping"]),
        library("YAMLTree", ["CLibYAML", "Diagnostics", "Escaping"]),
        library("PlanGraph", ["Escaping"]),
        library("PlanModel", ["YAMLTree", "Diagnostics", "Escaping", "PlanGraph", "Values"]),
        library("PlanReview", ["PlanModel", "YAMLTree", "Diagnostics", "PlanGraph", "Values"]),
        library("RESP", ["Escaping", "Values", nioCore]),
        library("RedisNIO", ["RESP", "Values", nioCore, nioPosix, nioSSL, nioTLS]),
        library("RedisTopology", ["RESP", "Values"]),
        library("Comparison", ["RESP", "Values", nioCore]),
        library("Execution", ["Escaping", "Values", "PlanGraph", system]),
        library(
            "Operations",
            [
                "Comparison", "Execution", "PlanModel", "PlanGraph", "Diagnostics", "Escaping", "RedisTopology", "RESP",
                "Values", nioCore,
            ]),
        library("Metrics", ["Execution", "PlanGraph", "Escaping", "Values", nioCore, nioHTTP1, nioPosix]),
        library("Rehearsal", ["Escaping", "PlanModel", "RESP", "Values", nioCore, subprocess, system]),
        library("Hooks", ["Diagnostics", "Escaping", "Operations", "PlanModel", subprocess, system]),
        library(
            "Notifying",
            [
                "Diagnostics", "Execution", "Hooks", "Operations", "PlanGraph", "PlanModel", "Values", asyncHTTPClient,
                nioCore, nioHTTP1, nioPosix, nioSSL,
            ]),
        library(
            "PlanrunCLI",
            [
                "Operations", "Hooks", "Notifying", "Comparison", "Execution", "PlanReview", "PlanModel", "PlanGraph",
                "YAMLTree",
                "Diagnostics", "RedisTopology", "RESP", "RedisNIO", "Metrics", "Rehearsal", "Escaping", "Values",
                argumentParser,
                crypto, nioCore, subprocess, system,
            ]),
        .executableTarget(name: "planrun", dependencies: ["PlanrunCLI"], swiftSettings: strict),

        .target(
            name: "TestKit",
            dependencies: [
                "PlanModel", "RESP", "RedisNIO", "Rehearsal", "Values", nioCore, nioPosix, nioSSL, subprocess, system,
            ],
            path: "Tests/TestKit", exclude: ["DragonflyRecord/Record.json"], swiftSettings: strict),
        .target(name: "Seeding", path: "Tests/Seeding", swiftSettings: strict),
        .target(name: "JSONSchemas", dependencies: ["Execution"], path: "Tests/JSONSchemas", swiftSettings: strict),
        tests("PackageTests", []),
        tests("EscapingTests", ["Escaping"]),
        tests("ValuesTests", ["Values", "Seeding"]),
        tests("DiagnosticsTests", ["Diagnostics"]),
        tests("YAMLTreeTests", ["YAMLTree", "Diagnostics"]),
        tests(
            "PlanModelTests", ["PlanModel", "YAMLTree", "Diagnostics", "Escaping", "Operations", "Values", "Seeding"],
            exclude: ["Fixtures"]),
        tests(
            "PlanReviewTests",
            ["PlanReview", "PlanModel", "PlanGraph", "Operations", "Diagnostics", "YAMLTree", "Seeding"],
            exclude: ["Fixtures"]),
        tests("PlanGraphTests", ["PlanGraph", "Seeding"]),
        tests("RESPTests", ["RESP", "Values", "Seeding", nioCore]),
        tests("ComparisonTests", ["Comparison", "RESP", nioCore]),
        tests(
            "RedisNIOTests",
            [
                "RedisNIO", "RedisTopology", "Rehearsal", "RESP", "Values", "TestKit", nioCore, nioPosix, nioSSL,
                subprocess,
                system,
            ]),
        tests("RedisTopologyTests", ["RedisTopology", "RESP", "Escaping", "Values", "Seeding", nioCore]),
        tests("ExecutionTests", ["Execution", "PlanGraph", "Values", "JSONSchemas"]),
        tests(
            "OperationsTests",
            [
                "Operations", "Comparison", "Execution", "PlanModel", "PlanGraph", "Diagnostics", "RedisTopology",
                "RESP", "Values", "TestKit", "Seeding", nioCore,
            ]),
        tests(
            "MetricsTests", ["Metrics", "Execution", "PlanGraph", "Values", "TestKit"], exclude: ["Fixtures"]),
        tests("HooksTests", ["Hooks", "Operations", "PlanModel", "Diagnostics", "TestKit"]),
        tests(
            "NotifyingTests",
            [
                "Notifying", "Hooks", "Operations", "Execution", "PlanGraph", "PlanModel", "Diagnostics", "TestKit",
                "JSONSchemas", nioSSL,
            ]),
        tests("RehearsalTests", ["Rehearsal", "PlanModel", "Diagnostics", "RESP", "Values", nioCore]),
        tests(
            "PlanrunCLITests",
            [
                "PlanrunCLI", "Comparison", "Operations", "Execution", "PlanReview", "PlanModel", "PlanGraph",
                "Diagnostics", "YAMLTree", "RESP", "Rehearsal", "Values", "TestKit", "Seeding", "JSONSchemas",
                argumentParser, nioCore,
            ], exclude: ["Fixtures"]),
        tests(
            "LiveTests",
            [
                "Comparison", "Operations", "Execution", "PlanModel", "PlanGraph", "Diagnostics", "RedisTopology",
                "RESP", "RedisNIO", "Rehearsal", "Values", "TestKit", "Seeding", "planrun", nioCore, system,
            ]),
        .executableTarget(
            name: "planrun-benchmarks",
            dependencies: [
                "Comparison", "Operations", "Execution", "PlanModel", "PlanGraph", "Diagnostics", "RedisTopology",
                "RESP", "RedisNIO", "Rehearsal", "CLibYAML", "Values", "TestKit", "planrun", argumentParser, nioCore,
                nioPosix, system,
            ],
            path: "Tests/Benchmarks", swiftSettings: strict),
    ]
)
