extension Duration {
    /// Rounded to milliseconds.
    var seconds: Double { (self / .milliseconds(1)).rounded() / 1000 }
}
