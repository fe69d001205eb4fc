import { attempt } from './failures.ts'
import { start } from './start.ts'
import { findTag } from './tag.ts'

attempt(() => start(findTag(), document.currentScript))
