import Testing

@testable import PlanGraph

struct RenderingTests {
    private let hostile = StepGraph(nodes: [
        StepGraph.Node(
            id: NodeID(step: "a\"];b"), kind: "run", title: "<b>&#35;\\`x`;\n\u{202E}end\u{1B}[2J", role: .effect,
            needs: [])
    ])

    @Test func `Mermaid`() {
        #expect(
            StepGraph.recipe.mermaid == """
                flowchart TD
                    subgraph s0["preflight"]
                        n0(["source<br/>the source is primary"])
                        n1(["target<br/>the target holds no keys"])
                    end
                    n2["replicaof<br/>the target follows the source"]
                    n3{{"synced<br/>the target has caught up"}}
                    n4{"approval<br/>Cut over to #34;Dragonfly#34;?"}
                    n5[["failover<br/>the target takes over"]]:::point-of-no-return
                    n6["dns"]
                    n0 & n1 --> n2
                    n2 --> n3
                    n3 --> n4
                    n4 --> n5
                    n5 --> n6
                    classDef point-of-no-return stroke:#c00,stroke-width:3px

                """)
    }

    @Test func `DOT`() {
        #expect(
            StepGraph.recipe.dot == #"""
                digraph plan {
                    node [fontname="sans-serif"];
                    subgraph cluster_0 {
                        label="preflight";
                        n0 [label="source\nthe source is primary", shape=ellipse];
                        n1 [label="target\nthe target holds no keys", shape=ellipse];
                    }
                    n2 [label="replicaof\nthe target follows the source", shape=box];
                    n3 [label="synced\nthe target has caught up", shape=hexagon];
                    n4 [label="approval\nCut over to \"Dragonfly\"?", shape=diamond];
                    n5 [label="failover\nthe target takes over", shape=box, peripheries=2, color="#cc0000", penwidth=3];
                    n6 [label="dns", shape=box];
                    {n0 n1} -> n2;
                    {n2} -> n3;
                    {n3} -> n4;
                    {n4} -> n5;
                    {n5} -> n6;
                }

                """#)
    }

    @Test func `JSON`() {
        let graph = StepGraph([("preflight/a", .check, []), ("cut", .pointOfNoReturn, ["preflight/a"])])
        #expect(
            graph.json == """
                {
                  "nodes" : [
                    {
                      "id" : "preflight/a",
                      "kind" : "run",
                      "needs" : [

                      ],
                      "role" : "check",
                      "step" : "preflight",
                      "title" : "preflight/a",
                      "wave" : 0
                    },
                    {
                      "id" : "cut",
                      "kind" : "run",
                      "needs" : [
                        "preflight/a"
                      ],
                      "role" : "point-of-no-return",
                      "step" : "cut",
                      "title" : "cut",
                      "wave" : 1
                    }
                  ]
                }

                """)
    }

    @Test func `no text can end the quotes, become markup or move the cursor`() {
        #expect(
            hostile.mermaid == """
                flowchart TD
                    n0["a#34;]#59;b<br/>#60;b#62;#38;#35;35#59;#92;#96;x#96;#59;#92;n#92;u{202e}end#92;u{1b}[2J"]
                    classDef point-of-no-return stroke:#c00,stroke-width:3px

                """)
        #expect(
            hostile.dot == #"""
                digraph plan {
                    node [fontname="sans-serif"];
                    n0 [label="a\"];b\n<b>&#35;\\`x`;\\n\\u{202e}end\\u{1b}[2J", shape=box];
                }

                """#)
        #expect(hostile.json.contains(#"\n\u202eend\u001b[2J""#))
    }

    @Test func `an empty graph is drawn as one`() {
        let empty = StepGraph(nodes: [])
        #expect(empty.dot == "digraph plan {\n    node [fontname=\"sans-serif\"];\n}\n")
        #expect(empty.mermaid.hasPrefix("flowchart TD\n"))
        #expect(empty.json.contains("\"nodes\""))
    }
}
