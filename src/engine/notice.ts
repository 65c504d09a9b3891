import { Console } from 'node:console'
import process from 'node:process'
import { Writable } from 'node:stream'

/** Something that happened to one analysis, for those who run the service: no part of its result. */
export interface Notice {
  level: 'info' | 'warn' | 'error'
  message: string
  [detail: string]: string | number | boolean | undefined
}

export type OnNotice = (notice: Notice) => void

/** A file that makes a decoder complain about each of its frames must not fill the log. */
const most = 20
const maxLength = 2_000

/** Passes on the first notices, and that there were more. */
export function fewNotices(onNotice: OnNotice): OnNotice {
  let count = 0
  return (notice) => {
    count++
    if (count <= most) onNotice(notice)
    if (count === most + 1) onNotice({ level: 'info', message: 'More was said of this file' })
  }
}

/**
 * Hears what would otherwise stand as bare text between the lines of the service's log: the warnings of Node.js and of libvips, and what
 * a detector or a library of this thread or process prints by `console`. What native code writes by itself is not heard.
 */
export function hearNotices(onNotice: OnNotice): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => onNotice({ level: 'warn', message: 'A library warns', warning: name, said: message.slice(0, maxLength) }))
  globalThis.console = new Console({ stdout: lines('info', onNotice), stderr: lines('warn', onNotice) })
}

function lines(level: Notice['level'], onNotice: OnNotice): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      onNotice({ level, message: 'Printed in an analysis', said: text.trimEnd().slice(0, maxLength) })
      done()
    }
  })
}
