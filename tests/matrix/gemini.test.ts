import { gemini } from './clients/gemini.ts'
import { describeMatrix } from './matrix.ts'

describeMatrix(gemini)
