import assert from 'node:assert/strict'
import { expect } from 'chai'
import { network } from 'hardhat'

/** EIP-7825: the most gas one transaction may ask for. */
const TRANSACTION_GAS_CAP = 16_777_216n

describe('the simulated chain', () => {
  it('accepts a transaction at the gas cap of the osaka hardfork and refuses one above it', async () => {
    const { ethers } = await network.create()
    const [sender] = await ethers.getSigners()
    const transfer = (gasLimit: bigint) => sender?.sendTransaction({ to: sender.address, value: 1n, gasLimit })
    const receipt = await (await transfer(TRANSACTION_GAS_CAP))?.wait()
    expect(receipt?.status).to.equal(1)
    await assert.rejects(async () => transfer(TRANSACTION_GAS_CAP + 1n), /gas/i)
  })
})
