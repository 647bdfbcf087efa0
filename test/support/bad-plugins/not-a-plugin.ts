export default 'cold-chain'
