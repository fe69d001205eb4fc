// Loaded with --import: every disk has 12 MB left.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

fs.statfs = async () => ({ bavail: 3 * 1024, bsize: 4096 })
syncBuiltinESMExports()
