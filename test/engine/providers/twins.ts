/** A module of providers, one of which has the name of one of ours. */
export default [{ id: 'sightengine', version: '1', kinds: ['image'], examine: async () => [] }]
