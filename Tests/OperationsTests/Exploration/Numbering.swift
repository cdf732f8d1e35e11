/// Gives each different value a number, so that it is hashed and compared once, and the number from then on.
struct Numbering<Value: Hashable> {
    private var values: [Value] = []
    private var numbers: [Value: Int] = [:]

    mutating func number(of value: Value) -> Int {
        if let number = numbers[value] { return number }
        numbers[value] = values.count
        values.append(value)
        return values.count - 1
    }

    subscript(number: Int) -> Value { values[number] }
}
