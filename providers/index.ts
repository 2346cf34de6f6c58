import type { Provider } from '../src/core/provider.ts'
import { alibaba } from './alibaba.ts'
import { deepseek } from './deepseek.ts'
import { openai } from './openai.ts'
import { sandbox } from './sandbox.ts'

/** Every provider that the gateway knows. The order is the order of preference where several sell one model. */
export const providers: readonly Provider[] = [openai, deepseek, alibaba, sandbox]
