export { Poster, type PosterOptions } from './poster.ts'
export { loadPoster, loadSigner, type PosterSettings, type SignerSettings } from './settings.ts'
export { Signer, type SignerOptions } from './signer.ts'
