import { ensureTag } from './tag.ts'

ensureTag()
