import { attempt } from '../failures.ts'
import { start } from '../start.ts'
import { adoptRipe, startAtInit } from './ripe-global.ts'

const script = document.currentScript

attempt(() => {
  const tag = adoptRipe()
  startAtInit(tag, () => start(tag, script))
})
