/// FarmHash's 64-bit hash of bytes (Google, `farmhashna::Hash64`), by which TensorFlow puts texts into bins: the numbers of
/// files that others wrote depend on every bit of it.
enum FarmHash {
  private static let k0: UInt64 = 0xc3a5_c85c_97cb_3127
  private static let k1: UInt64 = 0xb492_b66f_be98_f273
  private static let k2: UInt64 = 0x9ae1_6a3b_2f90_404f

  static func hash(_ bytes: [UInt8]) -> UInt64 {
    switch bytes.count {
    case 0...16: upTo16(bytes)
    case 17...32: upTo32(bytes)
    case 33...64: upTo64(bytes)
    default: longer(bytes)
    }
  }

  private static func fetch(_ bytes: [UInt8], _ place: Int, count: Int = 8) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }

  private static func rotated(_ value: UInt64, _ shift: UInt64) -> UInt64 {
    value >> shift | value << (64 - shift)
  }

  private static func mixed(_ value: UInt64) -> UInt64 { value ^ value >> 47 }

  private static func joined(_ u: UInt64, _ v: UInt64, _ factor: UInt64) -> UInt64 {
    let a = mixed((u ^ v) &* factor)
    return mixed((v ^ a) &* factor) &* factor
  }

  private static func upTo16(_ bytes: [UInt8]) -> UInt64 {
    let count = UInt64(bytes.count)
    let factor = k2 &+ count &* 2
    if bytes.count >= 8 {
      let (a, b) = (fetch(bytes, 0) &+ k2, fetch(bytes, bytes.count - 8))
      let c = rotated(b, 37) &* factor &+ a
      return joined(c, (rotated(a, 25) &+ b) &* factor, factor)
    }
    if bytes.count >= 4 {
      return joined(
        count &+ fetch(bytes, 0, count: 4) << 3, fetch(bytes, bytes.count - 4, count: 4), factor)
    }
    guard let first = bytes.first, let last = bytes.last else { return k2 }
    let y = UInt64(first) &+ UInt64(bytes[bytes.count / 2]) << 8
    let z = count &+ UInt64(last) << 2
    return mixed(y &* k2 ^ z &* k0) &* k2
  }

  private static func upTo32(_ bytes: [UInt8]) -> UInt64 {
    let factor = k2 &+ UInt64(bytes.count) &* 2
    let (a, b) = (fetch(bytes, 0) &* k1, fetch(bytes, 8))
    let (c, d) = (fetch(bytes, bytes.count - 8) &* factor, fetch(bytes, bytes.count - 16) &* k2)
    return joined(
      rotated(a &+ b, 43) &+ rotated(c, 30) &+ d, a &+ rotated(b &+ k2, 18) &+ c, factor)
  }

  private static func upTo64(_ bytes: [UInt8]) -> UInt64 {
    let factor = k2 &+ UInt64(bytes.count) &* 2
    let (a, b) = (fetch(bytes, 0) &* k2, fetch(bytes, 8))
    let (c, d) = (fetch(bytes, bytes.count - 8) &* factor, fetch(bytes, bytes.count - 16) &* k2)
    let y = rotated(a &+ b, 43) &+ rotated(c, 30) &+ d
    let z = joined(y, a &+ rotated(b &+ k2, 18) &+ c, factor)
    let (e, f) = (fetch(bytes, 16) &* factor, fetch(bytes, 24))
    let g = (y &+ fetch(bytes, bytes.count - 32)) &* factor
    let h = (z &+ fetch(bytes, bytes.count - 24)) &* factor
    return joined(
      rotated(e &+ f, 43) &+ rotated(g, 30) &+ h, e &+ rotated(f &+ a, 18) &+ g, factor)
  }

  /// Two numbers of 32 bytes and two seeds.
  private static func pair(
    _ bytes: [UInt8], _ place: Int, _ a: UInt64, _ b: UInt64
  ) -> (UInt64, UInt64) {
    let (w, x) = (fetch(bytes, place), fetch(bytes, place + 8))
    let (y, z) = (fetch(bytes, place + 16), fetch(bytes, place + 24))
    let start = a &+ w
    let end = start &+ x &+ y
    return (end &+ z, rotated(b &+ start &+ z, 21) &+ rotated(end, 44) &+ start)
  }

  private static func longer(_ bytes: [UInt8]) -> UInt64 {
    let seed: UInt64 = 81
    var y = seed &* k1 &+ 113
    var z = mixed(y &* k2 &+ 113) &* k2
    var x = seed &* k2 &+ fetch(bytes, 0)
    var v: (UInt64, UInt64) = (0, 0)
    var w: (UInt64, UInt64) = (0, 0)
    let rest = (bytes.count - 1) % 64
    /// One block of 64 bytes; the last has other factors.
    func take(_ at: Int, _ factor: UInt64, _ times: UInt64) {
      x = rotated(x &+ y &+ v.0 &+ fetch(bytes, at + 8), 37) &* factor
      y = rotated(y &+ v.1 &+ fetch(bytes, at + 48), 42) &* factor
      x ^= w.1 &* times
      y = y &+ v.0 &* times &+ fetch(bytes, at + 40)
      z = rotated(z &+ w.0, 33) &* factor
      v = pair(bytes, at, v.1 &* factor, x &+ w.0)
      w = pair(bytes, at + 32, z &+ w.1, y &+ fetch(bytes, at + 16))
      swap(&z, &x)
    }
    for block in 0..<(bytes.count - 1) / 64 { take(64 * block, k1, 1) }
    let factor = k1 &+ (z & 0xff) << 1
    w.0 = w.0 &+ UInt64(rest)
    v.0 = v.0 &+ w.0
    w.0 = w.0 &+ v.0
    take(bytes.count - 64, factor, 9)
    return joined(
      joined(v.0, w.0, factor) &+ mixed(y) &* k0 &+ z, joined(v.1, w.1, factor) &+ x, factor)
  }
}
