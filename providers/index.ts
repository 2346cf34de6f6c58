import type { Provider } from '../src/core/provider.ts'
import { alibaba } from './alibaba.ts'
import { anthropic } from './anthropic.ts'
import { awsBedrock } from './aws-bedrock.ts'
import { azureOpenai } from './azure-openai.ts'
import { deepseek } from './deepseek.ts'
import { google } from './google.ts'
import { openai } from './openai.ts'
import { sandbox } from './sandbox.ts'
import { vertex } from './vertex.ts'

/** Every provider that the gateway knows. The order is the order of preference where several sell one model. */
export const providers: readonly Provider[] = [
  openai,
  anthropic,
  google,
  deepseek,
  alibaba,
  azureOpenai,
  awsBedrock,
  vertex,
  sandbox,
]
