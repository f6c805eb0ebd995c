/** Configuration of a Hardhat node whose clock starts in the past: `GENESIS` is unix seconds. */
import { defineConfig } from 'hardhat/config'

const genesis = Number(process.env.GENESIS)

export default defineConfig({
  networks: {
    node: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'osaka',
      loggingEnabled: false,
      blockGasLimit: 60_000_000,
      initialDate: new Date(genesis * 1000),
    },
  },
})
