extension Plot {
    /// The units of the drawing, which is stretched to its place. It has no text: the page writes the axes beside it, so
    /// that they can be read however small the drawing is.
    private static let (width, height) = (1_000.0, 100.0)

    var figure: String {
        let middle = start + (end - start) / 2
        let up = [ceiling, ceiling / 2, 0].map { HTML.element("span", HTML.text(amount($0))) }
        let along = [start, middle, end].map { HTML.element("span", HTML.text(moment($0))) }
        let drawing = HTML.element(
            "svg",
            [
                "viewBox": "0 0 \(Self.text(Self.width)) \(Self.text(Self.height))", "preserveAspectRatio": "none",
                "role": "img", "aria-label": "\(title): \(words)",
            ], grid + (gap == nil ? course : bars + shading))
        return HTML.element(
            "figure", ["class": "plot"],
            HTML.element("figcaption", HTML.element("strong", HTML.text(title)) + " " + HTML.text(caption))
                + HTML.element("div", ["class": "up"], up.joined()) + drawing
                + HTML.element("div", ["class": "along"], along.joined()))
    }

    private var caption: String { gap == nil ? words : "\(words) (hatched)" }

    private func x(_ seconds: Double) -> Double {
        end > start ? min(max(0, (seconds - start) / (end - start)), 1) * Self.width : 0
    }

    private func y(_ value: Int64) -> Double { (1 - Double(value) / Double(ceiling)) * Self.height }

    private var grid: String {
        [0, ceiling / 2, ceiling].map { value in
            let y = Self.text(y(value))
            return HTML.element(
                "line", ["class": "grid", "x1": "0", "x2": Self.text(Self.width), "y1": y, "y2": y], "")
        }.joined()
    }

    /// A line of the highest numbers, and behind it an area down to the lowest. It is broken where nothing was reported
    /// for some time.
    private var course: String {
        var pieces: [[Point]] = []
        for point in points {
            if let last = pieces.last?.last, point.seconds - last.seconds <= spanSeconds * 4.5 {
                pieces[pieces.count - 1].append(point)
            } else {
                pieces.append([point])
            }
        }
        return pieces.map { piece in
            let above = piece.map { place($0, $0.highest) }
            let below = piece.reversed().map { place($0, $0.lowest) }
            return HTML.element("polygon", ["class": "area", "points": (above + below).joined(separator: " ")], "")
                // A line of one point would not be drawn.
                + HTML.element(
                    "polyline",
                    ["class": "course", "points": (above + above.suffix(1)).joined(separator: " ")], "")
        }.joined()
    }

    private func place(_ point: Point, _ value: Int64) -> String {
        "\(Self.text(x(point.seconds + spanSeconds / 2))),\(Self.text(y(value)))"
    }

    private var bars: String {
        points.map { point in
            let (left, right) = (x(point.seconds), x(point.seconds + spanSeconds))
            return HTML.element(
                "rect",
                [
                    "class": "bar-of-writes", "x": Self.text(left), "width": Self.text((right - left) * 0.85),
                    "y": Self.text(y(point.highest)), "height": Self.text(Self.height - y(point.highest)),
                ], "")
        }.joined()
    }

    /// The gap, which is told by its lines, too, and not only by its colour.
    private var shading: String {
        guard let gap else { return "" }
        let left = x(gap.beginSeconds)
        let right = max(x(gap.endSeconds), left + 3)
        let lines = stride(from: 0, through: Self.height, by: 8).map { y in
            "M\(Self.text(left)) \(Self.text(y))H\(Self.text(right))"
        }
        return HTML.element(
            "path",
            [
                "class": "gap",
                "d": "M\(Self.text(left)) 0V\(Self.text(Self.height))M\(Self.text(right)) 0V\(Self.text(Self.height))"
                    + lines.joined(),
            ], "")
    }

    /// Two decimals are a fraction of a pixel.
    private static func text(_ value: Double) -> String {
        let hundredths = (value * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
    }
}
