import t from 'tap'
import { sendHostileFiles } from './hostile/sendAll.ts'

sendHostileFiles(t, { seed: 2, count: 1_000 })
