import { guard } from './failures.ts'
import { start } from './start.ts'
import { findTag } from './tag.ts'

guard(() => start(findTag(), document.currentScript))()
