import type { Door } from './dialect.ts'
import { jitsuDoors } from './jitsu.ts'
import { leadlineDoors } from './leadline.ts'
import { pixelDoors } from './pixel.ts'
import { ripeDoors } from './ripe.ts'
import { rudderstackDoors } from './rudderstack.ts'
import { segmentDoors } from './segment.ts'
import { segmentWebhookDoors } from './segment-webhook.ts'

/** Every path that takes events. To add a dialect is one file and one line. */
export const doors: readonly Door[] = [
  ...segmentDoors,
  ...leadlineDoors,
  ...segmentWebhookDoors,
  ...ripeDoors,
  ...rudderstackDoors,
  ...jitsuDoors,
  ...pixelDoors,
]
