import t from 'tap'
import { sendHostileFiles } from './hostile/sendAll.ts'

sendHostileFiles(t, { seed: 1, count: 100 })
