import { chat } from './clients/chat.ts'
import { describeMatrix } from './matrix.ts'

describeMatrix(chat)
