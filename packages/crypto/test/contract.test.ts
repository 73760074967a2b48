import * as native from '../src/backend-native.ts'
import * as node from '../src/node.ts'
import * as portable from '../src/portable.ts'
import { runCryptoContract } from './contract.ts'

runCryptoContract('portable', portable)
runCryptoContract('node', node)
runCryptoContract('native', native)
