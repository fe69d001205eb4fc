import { guard } from './failures.ts'
import { start } from './start.ts'
import { ensureTag } from './tag.ts'

guard(() => start(ensureTag(), document.currentScript))()
