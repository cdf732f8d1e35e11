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
            Drawing(.recipe).mermaid == """
                %%{init: {"flowchart": {"wrappingWidth": 520}}}%%
                flowchart TD
                    n0("preflight<br/>2 checks")
                    n1["replicaof<br/>the target follows the source<br/>undone by a rollback"]
                    n2{{"synced<br/>the target has caught up"}}
                    n3[/"approval<br/>Cut over to #34;Dragonfly#34;?"/]:::gate
                    n4[["failover<br/>the target takes over<br/>point of no return"]]:::point-of-no-return
                    n5["dns"]
                    n0 --> n1
                    n1 --> n2
                    n2 --> n3
                    n3 --> n4
                    n4 --> n5
                    classDef gate stroke-dasharray:5 3
                    classDef point-of-no-return stroke:#c00,stroke-width:3px

                """)
    }

    @Test func `DOT`() {
        #expect(
            Drawing(.recipe).dot == #"""
                digraph plan {
                    graph [bgcolor="transparent", ranksep=0.3, size="10,200"];
                    node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.15,0.08"];
                    n0 [label="preflight\n2 checks", shape=box, style=rounded, class="check"];
                    n1 [label="replicaof\nthe target follows the source\nundone by a rollback", shape=box, class="effect"];
                    n2 [label="synced\nthe target has caught up", shape=hexagon, class="wait"];
                    n3 [label="approval\nCut over to \"Dragonfly\"?", shape=box, style=dashed, class="gate"];
                    n4 [label="failover\nthe target takes over\npoint of no return", shape=box, peripheries=2, color="#cc0000", penwidth=2, class="point-of-no-return"];
                    n5 [label="dns", shape=box, class="effect"];
                    {n0} -> n1;
                    {n1} -> n2;
                    {n2} -> n3;
                    {n3} -> n4;
                    {n4} -> n5;
                }

                """#)
    }

    @Test func `the checks of a step are lines of its box, if they are shown`() {
        let drawing = Drawing(.recipe, showsChecks: true)
        #expect(
            drawing.mermaid.contains(
                #"n0("preflight<br/>source: the source is primary<br/>target: the target holds no keys")"#))
        #expect(
            drawing.dot.contains(
                #"n0 [label="preflight\nsource: the source is primary\ltarget: the target holds no keys\l", shape"#))
    }

    @Test func `a long title is broken into lines`() {
        let graph = StepGraph(nodes: [
            StepGraph.Node(
                id: "approval", kind: "approval",
                title: "Cut the session store over to Dragonfly, now that the night shift has agreed?", role: .gate,
                needs: [])
        ])
        #expect(
            Drawing(graph).mermaid.contains(
                "approval<br/>Cut the session store over to Dragonfly,<br/>now that the night shift has agreed?"))
    }

    @Test func `steps that could run together stand in rows of four`() {
        let graph = StepGraph(
            (0..<6).map { (id: NodeID(step: "s\($0)"), role: $0.isMultiple(of: 2) ? .wait : .check, needs: []) })
        #expect(Drawing(graph).mermaid.contains("    n0 ~~~ n4\n    n1 ~~~ n5\n"))
        #expect(Drawing(graph).dot.contains("    n0 -> n4 [style=invis];\n    n1 -> n5 [style=invis];\n"))
        #expect(Drawing(.recipe).stacked.isEmpty)
    }

    @Test func `more than four steps that could change places have one box, which names each`() {
        let steps = (1...25).map { NodeID(step: "part-\($0)") }
        let graph = StepGraph(
            [("wait", .wait, [])] + steps.map { (id: $0, role: .check, needs: ["wait"]) }
                + [("other", .check, ["wait"]), ("ask", .gate, steps), ("cut", .pointOfNoReturn, ["ask", "other"])])
        let drawn = Drawing(graph).mermaid
        #expect(
            drawn.contains(
                """
                    n1("25 steps at the same time<br/>part-1, part-2, part-3, part-4, part-5, part-6, part-7,<br/>part-8, part-9, part-10, part-11, part-12, part-13, part-14,<br/>part-15, part-16, part-17, part-18, part-19, part-20,<br/>part-21, part-22, part-23, part-24, part-25")
                    n2("other")
                    n3[/"ask"/]:::gate
                    n4[["cut<br/>point of no return"]]:::point-of-no-return
                    n0 --> n1
                    n0 --> n2
                    n1 --> n3
                    n2 & n3 --> n4

                """), "\(drawn)")
        let gates = StepGraph((0..<6).map { (id: NodeID(step: "g\($0)"), role: .gate, needs: []) })
        #expect(Drawing(gates).mermaid.contains("n5[/"))
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
            Drawing(hostile).mermaid == """
                %%{init: {"flowchart": {"wrappingWidth": 520}}}%%
                flowchart TD
                    n0["a#34;]#59;b<br/>#60;b#62;#38;#35;35#59;#92;#96;x#96;#59;#92;n#92;u{202e}end#92;u{1b}[2J<br/>undone by a rollback"]
                    classDef gate stroke-dasharray:5 3
                    classDef point-of-no-return stroke:#c00,stroke-width:3px

                """)
        #expect(
            Drawing(hostile).dot == #"""
                digraph plan {
                    graph [bgcolor="transparent", ranksep=0.3, size="10,200"];
                    node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.15,0.08"];
                    n0 [label="a\"];b\n<b>&#35;\\`x`;\\n\\u{202e}end\\u{1b}[2J\nundone by a rollback", shape=box, class="effect"];
                }

                """#)
        #expect(hostile.json.contains(#"\n\u202eend\u001b[2J""#))
    }

    @Test func `an empty graph is drawn as one`() {
        let empty = StepGraph(nodes: [])
        #expect(Drawing(empty).dot.hasPrefix("digraph plan {\n"))
        #expect(Drawing(empty).mermaid.contains("\nflowchart TD\n"))
        #expect(empty.json.contains("\"nodes\""))
    }
}
