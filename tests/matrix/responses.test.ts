import { responses } from './clients/responses.ts'
import { describeMatrix } from './matrix.ts'

describeMatrix(responses)
