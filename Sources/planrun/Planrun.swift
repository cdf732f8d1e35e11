import PlanrunCLI

@main
struct Planrun {
    static func main() async {
        await PlanrunCommand.runProcess()
    }
}
