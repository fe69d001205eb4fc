import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Lists about mail addresses, vendored as sorted text. */
export interface MailLists {
  /** Domains at which anybody can have a mailbox. */
  readonly free: ReadonlySet<string>
  readonly disposable: ReadonlySet<string>
  /** Local parts that name a function, not a person. */
  readonly roles: ReadonlySet<string>
}

const FOLDER = join(import.meta.dirname, '..', '..', 'lists')

export const readMailLists = (folder = FOLDER): MailLists => ({
  free: readList(join(folder, 'free-mail.txt')),
  disposable: readList(join(folder, 'disposable-mail.txt')),
  roles: readList(join(folder, 'role-names.txt')),
})

const readList = (path: string): ReadonlySet<string> =>
  new Set(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  )
