@main
struct Planrun {
    static func main() {}
}
