import cluster from 'node:cluster'
import type { Feed } from '../feed/feed.ts'
import { createSharedFeed } from '../feed/shared-feed.ts'
import type { ToPrimary, ToWorker } from './messages.ts'

/** In a process among several: makes its feed a part of the feed of all. */
export function shareFeed(own: Feed): Feed {
  const send = (message: ToPrimary): void => void cluster.worker?.send(message)
  const feed = createSharedFeed(own, {
    watching: (workspaces) => send({ type: 'feed-watching', workspaces }),
    tell: (entries) => send({ type: 'feed-entries', entries }),
  })
  process.on('message', (message: ToWorker) => {
    if (message.type === 'feed-watched') feed.watchedElsewhere(message.workspaces)
    else if (message.type === 'feed-entries') feed.seenElsewhere(message.entries)
  })
  return feed
}
