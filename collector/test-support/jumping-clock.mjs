// Loaded with --import: on SIGUSR2 the time of day jumps an hour ahead, on the next one two hours back.
const HOUR_MS = 3_600_000
const RealDate = Date
let offsetMs = 0

process.on('SIGUSR2', () => {
  offsetMs = offsetMs > 0 ? -HOUR_MS : HOUR_MS
})

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offsetMs)
    else super(...args)
  }

  static now() {
    return RealDate.now() + offsetMs
  }
}
