import type { Flag } from '../command.ts'
import { DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'

export const dataFlag: Flag = {
  type: 'string',
  value: 'DIR',
  help: `Where the instance keeps its data (default ./${DEFAULT_DIRECTORY})`,
}
